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

final as (

    select
        instruments.symbol as ticker,
        {{ whole_division(microseconds('intraday_bars.opened_at'), 1000000) }} as time,
        intraday_bars.high,
        intraday_bars.low,
        coalesce(
            intraday_bars.vwap,
            cast(
                (intraday_bars.high + intraday_bars.low + intraday_bars.close) / 3
                as {{ price_type() }}
            )
        ) as avg,
        intraday_bars.close as sale,
        {{ json_text({
            'name': 'instruments.name',
            'interval': 'intraday_bars.interval',
            'open': 'intraday_bars.open',
            'volume': 'intraday_bars.volume',
            'currency': 'intraday_bars.currency',
            'provider': 'intraday_bars.provider',
            'status': 'intraday_bars.status',
        }) }} as meta
    from intraday_bars
    inner join instruments on intraday_bars.instrument_id = instruments.instrument_id

)

select * from final
