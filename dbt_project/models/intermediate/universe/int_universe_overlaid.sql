with

shipped as (

    select * from {{ ref('universe') }}

),

personal as (

    select * from {{ ref('stg_tapehouse__personal_universe') }}

),

overlaid as (

    {{ overlaid_universe('shipped', 'personal') }}

)

select * from overlaid
