with

calls as (

    select * from {{ ref('int_bars_asked') }}
    where reason = 'backfill'

),

universe as (

    select * from {{ ref('int_universe_combined') }}

),

sessions as (

    select * from {{ ref('stg_calendar__sessions') }}

),

final as (

    select distinct
        calls.instrument_id,
        calls.interval,
        sessions.session_date
    from calls
    inner join universe on calls.instrument_id = universe.instrument_id
    inner join sessions
        on universe.calendar = sessions.calendar
        and calls.asked_from_at < sessions.closes_at
        and calls.asked_until_at > sessions.opens_at

)

select * from final
