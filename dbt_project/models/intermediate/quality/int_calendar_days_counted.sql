with

sessions as (

    select * from {{ ref('trading_sessions') }}

),

instruments as (

    select * from {{ ref('instruments') }}

),

daily_bars as (

    select * from {{ ref('daily_bars') }}

),

bars as (

    select
        instruments.calendar,
        daily_bars.session_date,
        count(*) as instrument_count
    from daily_bars
    inner join instruments on daily_bars.instrument_id = instruments.instrument_id
    group by instruments.calendar, daily_bars.session_date

),

final as (

    select
        sessions.calendar,
        sessions.session_date,
        coalesce(bars.instrument_count, 0) as instrument_count,
        coalesce(lag(bars.instrument_count) over calendar_days, 0) as count_before,
        coalesce(lead(bars.instrument_count) over calendar_days, 0) as count_after
    from sessions
    left join bars
        on sessions.calendar = bars.calendar
        and sessions.session_date = bars.session_date
    window calendar_days as (
        partition by sessions.calendar order by sessions.session_date
    )

)

select * from final
