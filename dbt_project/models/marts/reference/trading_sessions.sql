{{ config(tags=['reference']) }}

with

sessions as (

    select * from {{ ref('stg_calendar__sessions') }}

),

final as (

    select
        calendar,
        session_date,
        opens_at,
        closes_at,
        break_starts_at,
        break_ends_at,
        is_early_close
    from sessions

)

select * from final
