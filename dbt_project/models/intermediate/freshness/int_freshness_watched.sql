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

final as (

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

)

select * from final
