with

snapshots as (

    select * from {{ ref('stg_tapehouse__sources_in_force') }}

),

symbols as (

    select * from {{ ref('int_provider_symbols_listed') }}

),

reach as (

    select * from {{ ref('provider_reach') }}

),

newest as (

    select * from snapshots
    where file_seq = (select max(latest.file_seq) from snapshots as latest)

),

-- Warehouses of releases that landed no snapshot: everyone who has a symbol and the interval.
able as (

    select distinct
        symbols.instrument_id,
        reach.interval,
        'history' as purpose,
        1 as turn,
        reach.provider
    from symbols
    inner join reach
        on symbols.provider = reach.provider
        and '|' || reach.asset_classes || '|' like '%|' || symbols.asset_class || '|%'
    where not exists (select 1 from snapshots)

),

final as (

    select
        instrument_id,
        interval,
        purpose,
        turn,
        provider
    from newest

    union all

    select
        instrument_id,
        interval,
        purpose,
        turn,
        provider
    from able

)

select * from final
