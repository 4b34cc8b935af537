with

sessions as (

    select * from {{ ref('stg_calendar__sessions') }}

),

touched_dates as (

    select
        calendar,
        session_date,
        opens_at,
        closes_at,
        break_starts_at,
        break_ends_at,
        cast(opens_at as date) as utc_date
    from sessions

    union

    select
        calendar,
        session_date,
        opens_at,
        closes_at,
        break_starts_at,
        break_ends_at,
        cast(closes_at - interval '1 millisecond' as date) as utc_date
    from sessions

)

select * from touched_dates
