{{ config(materialized='view', tags=['operations']) }}

with

steps as (

    select * from {{ ref('stg_tapehouse__steps') }}

),

final as (

    select
        run_id,
        step_number,
        step,
        started_at,
        ended_at,
        {{ seconds_between('started_at', 'ended_at') }} as duration_seconds,
        row_count as rows,
        outcome,
        error
    from steps

)

select * from final
