with

splits as (

    select * from {{ ref('int_splits_received') }}

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

dated as (

    select
        symbols.instrument_id,
        splits.provider,
        coalesce(
            splits.ex_date, {{ local_date('splits.stamped_at', 'time_zones.name') }}
        ) as ex_date,
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

)

select * from dated
