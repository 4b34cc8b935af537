{{ config(tags=['aggregates']) }}

with

daily_bars as (

    select * from {{ ref('daily_bars') }}

),

instruments as (

    select * from {{ ref('instruments') }}

),

changes as (

    select
        daily_bars.*,
        instruments.asset_class,
        lag(daily_bars.close) over bars_of_instrument as previous_close,
        {{ log_ratio('daily_bars.close', 'lag(daily_bars.close) over bars_of_instrument') }}
            as log_return
    from daily_bars
    inner join instruments on daily_bars.instrument_id = instruments.instrument_id
    window bars_of_instrument as (
        partition by daily_bars.instrument_id order by daily_bars.opened_at
    )

),

final as (

    select
        instrument_id,
        symbol,
        asset_class,
        session_date as date,
        opened_at,
        open,
        high,
        low,
        close,
        volume,
        vwap,
        trade_count,
        high - low as spread,
        {{ rounded_percent('high - low', 'close') }} as spread_pct,
        previous_close,
        close - previous_close as price_change,
        {{ rounded_percent('close - previous_close', 'previous_close') }} as price_change_pct,
        log_return,
        {{ volatility(
            'log_return', 'newest_returns', var('volatility_window'),
            "case when asset_class = 'crypto' then " ~ var('crypto_days_a_year')
            ~ " else " ~ var('trading_days_a_year') ~ " end"
        ) }} as volatility,
        is_partial
    from changes
    window newest_returns as (
        partition by instrument_id order by opened_at
        rows between {{ var('volatility_window') - 1 }} preceding and current row
    )

)

select * from final
