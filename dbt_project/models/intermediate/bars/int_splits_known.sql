with

splits as (

    select * from {{ ref('stg_yahoo__splits') }}

),

symbols as (

    select * from {{ ref('int_provider_symbols_listed') }}

),

time_zones as (

    {{ known_time_zones() }}

),

observed as (

    select
        symbols.instrument_id,
        splits.provider,
        {{ local_date('splits.stamped_at', 'time_zones.name') }} as ex_date,
        splits.ratio,
        splits.file_seq,
        splits.row_number
    from splits
    inner join symbols
        on splits.provider = symbols.provider
        and splits.provider_symbol = symbols.provider_symbol
    inner join time_zones on splits.exchange_timezone = time_zones.name
    where splits.ratio > 0.000001 and splits.ratio < 1000000

),

compared as (

    select
        *,
        lag(ratio) over (
            partition by instrument_id, provider, ex_date
            order by file_seq, row_number
        ) as previous_ratio
    from observed

),

ranked as (

    select
        *,
        row_number() over (
            partition by instrument_id, provider, ex_date
            order by file_seq desc, row_number desc
        ) as change_rank
    from compared
    where previous_ratio is null or ratio <> previous_ratio

),

final as (

    select
        instrument_id,
        provider,
        ex_date,
        ratio,
        file_seq
    from ranked
    where change_rank = 1

)

select * from final
