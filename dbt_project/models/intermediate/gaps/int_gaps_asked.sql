with

gaps as (

    select * from {{ ref('int_gaps_found') }}

),

calls as (

    select * from {{ ref('int_bars_asked') }}

),

sessions as (

    select
        instrument_id,
        interval,
        session_date,
        min(opened_at) as opened_at,
        max(closed_at) as closed_at
    from gaps
    group by instrument_id, interval, session_date

),

-- By session, so that the bars of one meet the calls for it alone.
calls_by_session as (

    select
        calls.*,
        sessions.session_date
    from sessions
    inner join calls
        on sessions.instrument_id = calls.instrument_id
        and sessions.interval = calls.interval
        and sessions.opened_at < calls.asked_until_at
        and sessions.closed_at > calls.asked_from_at

),

final as (

    select
        gaps.instrument_id,
        gaps.interval,
        gaps.opened_at,
        calls.request_id,
        calls.run_id,
        calls.provider,
        calls.requested_at,
        calls.outcome,
        calls.is_answer
    from gaps
    inner join calls_by_session as calls
        on gaps.instrument_id = calls.instrument_id
        and gaps.interval = calls.interval
        and gaps.session_date = calls.session_date
        and gaps.opened_at >= calls.asked_from_at
        and gaps.closed_at <= calls.asked_until_at
        and gaps.closed_at <= calls.requested_at
        and calls.run_id < coalesce(gaps.healed_run_id, calls.run_id + 1)

)

select * from final
