with

versions as (

    select * from {{ ref('bar_versions') }}

),

reach as (

    select * from {{ ref('provider_reach') }}

),

backfilled as (

    select * from {{ ref('int_sessions_backfilled') }}

),

-- A backfill may be of any span: what lies between it and coverage is not expected.
final as (

    select
        versions.instrument_id,
        versions.interval,
        min(versions.session_date) as session_date
    from versions
    left join backfilled
        on versions.instrument_id = backfilled.instrument_id
        and versions.interval = backfilled.interval
        and versions.session_date = backfilled.session_date
    where
        versions.provider in (select reach.provider from reach)
        and backfilled.session_date is null
    group by versions.instrument_id, versions.interval

)

select * from final
