with

daily_bars as (

    select * from {{ ref('daily_bars') }}
    where not is_partial

),

intraday_bars as (

    select
        *,
        max(opened_at) over (partition by instrument_id, interval, session_date)
            as last_opened_at
    from {{ ref('int_intraday_bars_chosen') }}

),

sessions as (

    select
        instrument_id,
        session_date,
        interval as compared_with,
        count(*) as bar_count,
        min(opened_at) as opened_at,
        max(closed_at) as closed_at,
        max(high) as high,
        min(low) as low,
        max(case when opened_at = last_opened_at then close end) as close
    from intraday_bars
    group by instrument_id, session_date, interval

),

final as (

    select
        '1d' as interval,
        {{ finding_columns('daily_bars') }},
        daily_bars.session_date,
        sessions.compared_with,
        {{ log_ratio('sessions.high', 'daily_bars.high') }} as above,
        {{ log_ratio('daily_bars.low', 'sessions.low') }} as below,
        {{ log_ratio('sessions.close', 'daily_bars.close') }} as apart,
        sessions.opened_at = daily_bars.opened_at
        and sessions.closed_at = daily_bars.closed_at
        and sessions.bar_count * {{ interval_minutes('sessions.compared_with') }}
        >= {{ seconds_between('daily_bars.opened_at', 'daily_bars.closed_at') }} / 60 as is_whole
    from daily_bars
    inner join sessions
        on daily_bars.instrument_id = sessions.instrument_id
        and daily_bars.session_date = sessions.session_date

)

select * from final
