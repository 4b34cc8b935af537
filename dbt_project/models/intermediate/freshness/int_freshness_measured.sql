{{ config(materialized='table') }}

with

spans as (

    select * from {{ ref('int_freshness_spans') }}

),

market_time as (

    select * from {{ ref('int_market_time') }}

),

moments as (

    select * from {{ ref('int_moments_placed') }}

),

newest_run as (

    select * from {{ ref('int_newest_run_begun') }}

),

universe as (

    select * from {{ ref('int_universe_combined') }}

),

numbers as (

    {{ whole_numbers(3) }}

),

-- Nobody watched before the first reading, and what comes after the newest run is not known yet.
watched as (

    select
        spans.instrument_id,
        spans.calendar,
        spans.interval,
        moments.placed_at as until_position,
        min(spans.fresh_from) as from_position
    from spans
    cross join newest_run
    inner join moments
        on spans.calendar = moments.calendar
        and newest_run.horizon_at = moments.moment_at
    group by spans.instrument_id, spans.calendar, spans.interval, moments.placed_at

),

expected as (

    select
        watched.instrument_id,
        watched.calendar,
        watched.interval,
        market_time.session_date,
        market_time.session_number,
        greatest(market_time.starts_at_position, watched.from_position) as from_position,
        least(market_time.ends_at_position, watched.until_position) as until_position
    from watched
    inner join universe on watched.instrument_id = universe.instrument_id
    inner join market_time
        on watched.calendar = market_time.calendar
        and watched.from_position < market_time.ends_at_position
        and watched.until_position > market_time.starts_at_position
        and market_time.session_date <= coalesce(universe.delisted_on, market_time.session_date)
    where watched.from_position < watched.until_position

),

-- A bar is fresh in its own session, in the next and, where lateness is allowed, in the one after.
clipped as (

    select
        expected.instrument_id,
        expected.interval,
        expected.session_number,
        greatest(spans.fresh_from, expected.from_position) as fresh_from,
        least(spans.fresh_until, expected.until_position) as fresh_until
    from spans
    cross join numbers
    inner join expected
        on spans.instrument_id = expected.instrument_id
        and spans.interval = expected.interval
        and spans.session_number + numbers.number = expected.session_number
    where spans.fresh_until > spans.fresh_from

),

{{ united_freshness('clipped', 'expected') }}

select * from final
