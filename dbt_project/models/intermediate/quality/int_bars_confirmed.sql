with

compared as (

    select * from {{ ref('int_daily_bars_compared') }}

),

daily_bars as (

    select * from {{ ref('daily_bars') }}

),

hourly_bars as (

    select * from {{ ref('int_intraday_bars_chosen') }}
    where interval = '1h'

),

final as (

    select
        instrument_id,
        '1d' as interval,
        opened_at
    from compared
    where
        is_whole
        and greatest(abs(above), abs(below), abs(apart)) <= {{ var('interval_mismatch_share') }}
    group by instrument_id, opened_at

    union all

    select
        hourly_bars.instrument_id,
        '1h' as interval,
        hourly_bars.opened_at
    from hourly_bars
    inner join daily_bars
        on hourly_bars.instrument_id = daily_bars.instrument_id
        and hourly_bars.session_date = daily_bars.session_date
    where
        hourly_bars.high <= daily_bars.high * (1 + {{ var('interval_mismatch_share') }})
        and hourly_bars.low >= daily_bars.low * (1 - {{ var('interval_mismatch_share') }})

)

select * from final
