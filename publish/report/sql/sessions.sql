-- What the calendars of the followed instruments have in the week, and which days have bars.
with

followed as (
    select calendar, count(*) as instrument_count
    from instruments
    where is_followed and (delisted_on is null or delisted_on >= $first)
    group by calendar
),

expected as (
    select
        calendar,
        list(session_date order by session_date) as sessions,
        list(session_date order by session_date) filter (is_early_close) as early_closes,
        list(session_date order by session_date) filter (
            closes_at <= (select max(accepted_at) from landing_files)
        ) as over
    from trading_sessions
    where session_date between $first and $last
    group by calendar
),

held as (
    select
        instruments.calendar,
        list_sort(list(distinct daily_bars.session_date)) as held
    from daily_bars
    inner join instruments on daily_bars.instrument_id = instruments.instrument_id
    where daily_bars.session_date between $first and $last
    group by instruments.calendar
)

select
    followed.calendar,
    followed.instrument_count,
    coalesce(expected.sessions, []) as sessions,
    coalesce(expected.early_closes, []) as early_closes,
    coalesce(expected.over, []) as over,
    coalesce(held.held, []) as held
from followed
left join expected on followed.calendar = expected.calendar
left join held on followed.calendar = held.calendar
order by followed.calendar
