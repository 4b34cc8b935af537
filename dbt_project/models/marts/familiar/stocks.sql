{{ config(materialized='view', tags=['familiar']) }}

with

intraday_bars as (

    select * from {{ ref('intraday_bars') }}
    where interval = '{{ var('stocks_interval') }}'

),

instruments as (

    select * from {{ ref('instruments') }}
    where asset_class in ('stock', 'etf')

),

sessions as (

    select * from {{ ref('int_sessions_quoted') }}

),

bars as (

    select
        intraday_bars.*,
        instruments.name,
        instruments.symbol as ticker,
        {{ whole_division(microseconds('intraday_bars.opened_at'), 1000000) }} as time,
        max(intraday_bars.high) over session_so_far as day_high,
        min(intraday_bars.low) over session_so_far as day_low
    from intraday_bars
    inner join instruments on intraday_bars.instrument_id = instruments.instrument_id
    window session_so_far as (
        partition by intraday_bars.instrument_id, intraday_bars.session_date
        order by intraday_bars.opened_at rows unbounded preceding
    )

),

final as (

    select
        bars.instrument_id * 100000000000 + bars.time as id,
        bars.ticker,
        bars.time,
        bars.high,
        bars.low,
        coalesce(
            bars.vwap, cast((bars.high + bars.low + bars.close) / 3 as {{ price_type() }})
        ) as avg,
        bars.close as sale,
        {{ json_row({
            'source': 'bars.provider',
            'name': 'bars.name',
            'interval': 'bars.interval',
            'timestamp': 'bars.opened_at',
            'open': 'bars.open',
            'close': 'bars.close',
            'volume': 'bars.volume',
            'day_high': 'bars.day_high',
            'day_low': 'bars.day_low',
            'previous_close': 'sessions.previous_close',
            'market_cap': 'sessions.market_cap',
            'pe_ratio': 'sessions.trailing_pe',
            'transactions': 'bars.trade_count',
            'vwap': 'bars.vwap',
            'currency': 'bars.currency',
            'status': 'bars.status',
        }) }} as meta
    from bars
    left join sessions
        on bars.instrument_id = sessions.instrument_id
        and bars.session_date = sessions.session_date

)

select * from final
