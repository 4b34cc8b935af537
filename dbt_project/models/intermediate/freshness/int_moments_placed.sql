with

bars as (

    select * from {{ ref('int_bars_first_known') }}

),

universe as (

    select * from {{ ref('int_universe_combined') }}

),

newest_run as (

    select * from {{ ref('int_newest_run_begun') }}

),

market_time as (

    select * from {{ ref('int_market_time') }}

),

moments as (

    select distinct
        universe.calendar,
        bars.first_known_at as moment_at
    from bars
    inner join universe on bars.instrument_id = universe.instrument_id

    union

    select distinct
        universe.calendar,
        newest_run.horizon_at as moment_at
    from universe
    cross join newest_run

),

timeline as (

    select
        calendar,
        moment_at,
        cast(null as bigint) as session_number
    from moments

    union all

    select
        calendar,
        opens_at as moment_at,
        session_number
    from market_time

),

-- The session that had opened last; a join on a span would compare every moment with every one.
placed as (

    select
        calendar,
        moment_at,
        session_number is null as is_moment,
        max(session_number) over (
            partition by calendar
            order by moment_at
            range between unbounded preceding and current row
        ) as session_number
    from timeline

),

final as (

    select
        placed.calendar,
        placed.moment_at,
        {{ market_position('placed.moment_at', 'market_time') }} as placed_at
    from placed
    inner join market_time
        on placed.calendar = market_time.calendar
        and placed.session_number = market_time.session_number
    where placed.is_moment

)

select * from final
