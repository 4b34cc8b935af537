{{ config(materialized='view', tags=['scores']) }}

with

landed as (

    select * from {{ ref('stg_tapehouse__scores') }}

),

landing_files as (

    select * from {{ ref('stg_tapehouse__landing_files') }}

),

instruments as (

    select * from {{ ref('instruments') }}

),

final as (

    select
        landed.model,
        landed.instrument_id,
        instruments.symbol,
        landed.date,
        landed.opened_at,
        landed.score,
        landed.as_of,
        landed.model_sha256,
        landed.scored_at,
        landing_files.group_seq as known_seq,
        landing_files.accepted_at as known_at,
        landed.run_id,
        landed.file_seq,
        landed.row_number,
        row_number() over (
            partition by landed.model, landed.instrument_id, landed.date
            order by landed.file_seq, landed.row_number
        ) as version_number
    from landed
    inner join landing_files on landed.file_seq = landing_files.file_seq
    left join instruments on landed.instrument_id = instruments.instrument_id

)

select * from final
