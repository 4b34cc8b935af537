{{ config(materialized='view', tags=['operations']) }}

with

landing_files as (

    select * from {{ ref('stg_tapehouse__landing_files') }}

)

select * from landing_files
