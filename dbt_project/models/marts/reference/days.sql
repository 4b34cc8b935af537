{{ config(materialized='view', tags=['reference']) }}

with

spans as (

    select
        min(session_date) as first_date,
        max(session_date) as last_date
    from {{ ref('trading_sessions') }}

),

numbers as (

    {{ whole_numbers(100000) }}

),

final as (

    select {{ add_days('spans.first_date', 'numbers.number') }} as date
    from spans
    inner join numbers
        on {{ days_between('spans.first_date', 'spans.last_date') }} >= numbers.number

)

select * from final
