{{ config(tags=['reference']) }}

with

universe as (

    select * from {{ ref('int_universe_combined') }}

),

final as (

    select
        {{ universe_columns() }},
        is_listed,
        is_personal,
        is_followed
    from universe

)

select * from final
