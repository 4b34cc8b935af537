-- A row is a session on which a whole calendar is silent, or a day outside it with bars of many.
with

counted as (

    select * from {{ ref('int_calendar_days_counted') }}

),

outside as (

    select * from {{ ref('quarantined_rows') }}
    where rule = 'outside_session'

),

instruments as (

    select * from {{ ref('int_universe_combined') }}

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
    group by instruments.calendar, cast(outside.opened_at as date)
    having count(distinct outside.instrument_id) >= {{ var('calendar_instruments') }}

),

found as (

    select
        *,
        cast(null as bigint) as instrument_id,
        {{ no_bar('cast(null as varchar)') }}
    from contradictions

),

{{ findings(
    'calendar_contradicted',
    table_name="'trading_sessions'",
    key="found.calendar || ' ' || found.session_date",
) }}
