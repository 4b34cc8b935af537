with

universe as (

    select * from {{ ref('int_universe_combined') }}

),

coverage as (

    select * from {{ ref('coverage') }}

),

reach as (

    select * from {{ ref('provider_reach') }}

),

sources as (

    select * from {{ ref('int_sources_in_force') }}

),

newest_run as (

    select * from {{ ref('int_newest_run_begun') }}

),

served as (

    select
        sources.instrument_id,
        sources.interval,
        max(coalesce(reach.back_days, 100000)) as reach_days
    from sources
    inner join reach
        on sources.provider = reach.provider
        and sources.interval = reach.interval
    where sources.purpose <> 'check' and sources.turn = 1
    group by sources.instrument_id, sources.interval

),

covered as (

    select
        universe.instrument_id,
        coverage.interval,
        max(coverage.back_days) as back_days
    from universe
    inner join coverage
        on coverage.coverage_group in ('all', universe.asset_class, universe.symbol)
        or '|' || universe.groups || '|' like '%|' || coverage.coverage_group || '|%'
    where universe.is_followed and coverage.purpose <> 'check'
    group by universe.instrument_id, coverage.interval

),

final as (

    select
        covered.instrument_id,
        covered.interval,
        newest_run.horizon_at,
        {{ add_minutes('newest_run.horizon_at', '-1440 * covered.back_days') }} as covered_from_at,
        {{ add_minutes('newest_run.horizon_at', '-1440 * served.reach_days') }} as reached_from_at
    from covered
    inner join served
        on covered.instrument_id = served.instrument_id
        and covered.interval = served.interval
    cross join newest_run

)

select * from final
