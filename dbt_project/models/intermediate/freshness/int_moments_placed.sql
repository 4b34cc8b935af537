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

{{ placed_moments('moments', 'market_time') }}

select * from final
