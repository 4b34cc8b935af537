{{ config(materialized='view', tags=['operations']) }}

with

nodes as (

    select * from {{ ref('stg_tapehouse__nodes') }}

),

final as (

    select
        run_id,
        step_number,
        node,
        resource_type,
        status,
        started_at,
        seconds as duration_seconds,
        row_count as rows,
        message as error
    from nodes

)

select * from final
