-- A row is an instrument without a daily bar in sessions for which others have theirs.
with

bars as (

    select * from {{ ref('daily_bars') }}

),

instruments as (

    select * from {{ ref('instruments') }}

),

newest as (

    select
        instruments.instrument_id,
        instruments.symbol,
        instruments.calendar,
        max(bars.session_date) as session_date
    from bars
    inner join instruments on bars.instrument_id = instruments.instrument_id
    where instruments.delisted_on is null
    group by instruments.instrument_id, instruments.symbol, instruments.calendar

),

others as (

    select
        calendar,
        count(*) - 1 as other_count
    from newest
    group by calendar

),

sessions as (

    select
        newest.calendar,
        bars.session_date,
        count(*) as bar_count
    from bars
    inner join newest on bars.instrument_id = newest.instrument_id
    group by newest.calendar, bars.session_date

),

found as (

    select
        newest.instrument_id,
        newest.symbol,
        {{ no_bar("'1d'") }},
        count(*) || ' sessions without a bar since ' || newest.session_date as detail
    from newest
    inner join others on newest.calendar = others.calendar
    inner join sessions
        on newest.calendar = sessions.calendar
        and newest.session_date < sessions.session_date
    where sessions.bar_count * 2 >= others.other_count
    group by newest.instrument_id, newest.symbol, newest.session_date
    having count(*) >= {{ var('stale_sessions') }}

),

{{ findings('stale_instrument', key="found.symbol || ' 1d'") }}
