{{ config(materialized='view', tags=['operations']) }}

with

requests as (

    select * from {{ ref('stg_tapehouse__requests') }}

),

landing_files as (

    select * from {{ ref('stg_tapehouse__landing_files') }}

),

final as (

    select
        requests.request_id,
        requests.run_id,
        requests.provider,
        requests.endpoint,
        requests.work_unit,
        requests.instrument_id,
        requests.provider_symbol,
        requests.interval,
        requests.reason,
        requests.window_start,
        requests.window_end,
        requests.url,
        requests.attempt,
        requests.requested_at,
        requests.duration_ms,
        requests.status,
        requests.outcome,
        requests.detail,
        requests.row_count,
        requests.byte_count,
        requests.file_seq,
        landing_files.accepted_at as known_at
    from requests
    left join landing_files on requests.file_seq = landing_files.file_seq

)

select * from final
