with

intraday_bars as (

    select * from {{ ref('intraday_bars') }}
    where interval = '{{ var('stocks_interval') }}'

),

daily_bars as (

    select * from {{ ref('daily_bars') }}

),

quotes as (

    select * from {{ ref('quotes') }}
    where market_cap is not null or trailing_pe is not null

),

sessions as (

    select distinct
        instrument_id,
        session_date
    from intraday_bars

),

closes as (

    select
        instrument_id,
        session_date,
        close,
        lead(session_date) over (
            partition by instrument_id order by session_date
        ) as next_session_date
    from daily_bars

),

quoted as (

    select
        *,
        row_number() over (
            partition by instrument_id, cast(quoted_at as date)
            order by quoted_at desc, file_seq desc, row_number desc
        ) as age
    from quotes

),

final as (

    select
        sessions.instrument_id,
        sessions.session_date,
        closes.close as previous_close,
        quoted.market_cap,
        quoted.trailing_pe
    from sessions
    left join closes
        on sessions.instrument_id = closes.instrument_id
        and sessions.session_date > closes.session_date
        and sessions.session_date
        <= coalesce(closes.next_session_date, sessions.session_date)
    left join quoted
        on sessions.instrument_id = quoted.instrument_id
        and sessions.session_date = cast(quoted.quoted_at as date)
        and quoted.age = 1

)

select * from final
