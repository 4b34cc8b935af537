with

splits as (

    select * from {{ ref('stg_yahoo__splits') }}

),

requests as (

    select * from {{ ref('stg_tapehouse__requests') }}

),

landing_files as (

    select * from {{ ref('stg_tapehouse__landing_files') }}

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
        landing_files.group_seq as known_seq,
        landing_files.accepted_at as known_at,
        splits.file_seq,
        splits.row_number,
        splits.request_id
    from splits
    inner join landing_files on splits.file_seq = landing_files.file_seq
    left join requests on splits.request_id = requests.request_id
    inner join symbols
        on splits.provider = symbols.provider
        and splits.provider_symbol = symbols.provider_symbol
        and {{ held_on('symbols', 'coalesce(requests.requested_at, landing_files.accepted_at)') }}
    inner join time_zones on splits.exchange_timezone = time_zones.name
    where splits.ratio > 0.000001 and splits.ratio < 1000000

),

compared as (

    select
        *,
        lag(ratio) over (
            partition by instrument_id, provider, ex_date
            order by known_seq, file_seq, row_number
        ) as previous_ratio
    from observed

),

numbered as (

    select
        *,
        cast(row_number() over version as integer) as version_number,
        lead(known_seq) over version as next_known_seq
    from compared
    where previous_ratio is null or ratio <> previous_ratio
    window version as (
        partition by instrument_id, provider, ex_date
        order by known_seq, file_seq, row_number
    )

),

final as (

    select
        instrument_id,
        provider,
        ex_date,
        version_number,
        ratio,
        known_seq,
        next_known_seq,
        known_at,
        file_seq,
        row_number,
        request_id
    from numbered

)

select * from final
