{{ config(materialized='table') }}

with

bars as (

    select * from {{ ref('int_bars_first_known') }}

),

universe as (

    select * from {{ ref('int_universe_combined') }}

),

wanted as (

    select * from {{ ref('int_intervals_wanted') }}

),

targets as (

    select * from {{ ref('freshness_targets') }}

),

market_time as (

    select * from {{ ref('int_market_time') }}

),

moments as (

    select * from {{ ref('int_moments_placed') }}

),

{{ newest_of_readings('bars') }},

final as (

    select
        readings.instrument_id,
        universe.calendar,
        readings.interval,
        market_time.session_number,
        moments.placed_at as fresh_from,
        {{ market_position('readings.closed_at', 'market_time') }}
        + cast(60000000 as bigint) * targets.late_minutes
        + case
            when readings.interval = '1d' then market_time.next_open_for
            else cast(60000000 as bigint) * {{ interval_minutes('readings.interval') }}
        end as fresh_until
    from readings
    inner join universe on readings.instrument_id = universe.instrument_id
    inner join wanted
        on readings.instrument_id = wanted.instrument_id
        and readings.interval = wanted.interval
    inner join targets on readings.interval = targets.interval
    inner join market_time
        on universe.calendar = market_time.calendar
        and readings.session_date = market_time.session_date
    inner join moments
        on universe.calendar = moments.calendar
        and readings.first_known_at = moments.moment_at

)

select * from final
