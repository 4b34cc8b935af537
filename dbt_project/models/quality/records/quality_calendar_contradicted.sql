-- A row is a session on which a whole calendar is silent or that a provider lists as a holiday,
-- or a day outside it with bars of most.
with

counted as (

    select * from {{ ref('int_calendar_days_counted') }}

),

outside as (

    select * from {{ ref('quarantined_rows') }}
    where rule = 'outside_session' and opened_at is not null

),

instruments as (

    select * from {{ ref('instruments') }}

),

usual as (

    select
        calendar,
        max(instrument_count) as instrument_count
    from counted
    group by calendar

),

contradictions as (

    select
        calendar,
        session_date,
        'a session in which no instrument has a bar' as detail
    from counted
    where
        instrument_count = 0
        and least(count_before, count_after) >= {{ var('calendar_instruments') }}

    union all

    select
        instruments.calendar,
        cast(outside.opened_at as date) as session_date,
        'no session, but ' || count(distinct outside.instrument_id)
        || ' instruments have bars' as detail
    from outside
    inner join instruments on outside.instrument_id = instruments.instrument_id
    inner join usual on instruments.calendar = usual.calendar
    group by instruments.calendar, cast(outside.opened_at as date)
    having
        count(distinct outside.instrument_id) >= {{ var('calendar_instruments') }}
        and count(distinct outside.instrument_id) * 2 >= max(usual.instrument_count)

    union all

    select * from {{ ref('int_holidays_contradicted') }}

),

found as (

    select
        *,
        cast(null as bigint) as instrument_id,
        {{ no_bar('cast(null as ' ~ text_type() ~ ')') }}
    from contradictions

),

{{ findings(
    'calendar_contradicted',
    table_name="'trading_sessions'",
    key="found.calendar || ' ' || found.session_date",
) }}
