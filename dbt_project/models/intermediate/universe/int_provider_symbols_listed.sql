with

universe as (

    select * from {{ ref('int_universe_combined') }}

),

holders as (

    select * from {{ ref('int_symbol_holders') }}

),

final as (

    select
        holders.provider,
        holders.provider_symbol,
        holders.instrument_id,
        universe.symbol,
        universe.calendar,
        universe.currency,
        universe.asset_class,
        holders.began_on as valid_from,
        holders.ended_on as valid_to,
        holders.known_at
    from holders
    inner join universe on holders.instrument_id = universe.instrument_id
    where holders.began_on < holders.ended_on

)

select * from final
