with

wanted as (

    select * from {{ ref('int_intervals_wanted') }}

),

universe as (

    select * from {{ ref('int_universe_combined') }}

),

sessions as (

    select * from {{ ref('stg_calendar__sessions') }}

),

backfilled as (

    select * from {{ ref('int_sessions_backfilled') }}

),

first_held as (

    select * from {{ ref('int_sessions_first_held') }}

),

expected as (

    select
        sessions.*,
        wanted.instrument_id,
        wanted.interval,
        wanted.horizon_at
    from wanted
    inner join universe on wanted.instrument_id = universe.instrument_id
    left join first_held
        on wanted.instrument_id = first_held.instrument_id
        and wanted.interval = first_held.interval
    inner join sessions
        on universe.calendar = sessions.calendar
        and wanted.horizon_at > sessions.opens_at
    left join backfilled
        on wanted.instrument_id = backfilled.instrument_id
        and wanted.interval = backfilled.interval
        and sessions.session_date = backfilled.session_date
    where
        sessions.session_date >= coalesce(universe.listed_on, sessions.session_date)
        and sessions.session_date <= coalesce(universe.delisted_on, sessions.session_date)
        and (
            sessions.opens_at >= wanted.covered_from_at
            or sessions.session_date >= first_held.session_date
            or backfilled.session_date is not null
        )

),

final as (

    {{ session_parts('expected') }}

)

select * from final
where bar_count > 0
