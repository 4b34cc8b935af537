-- A row is a bar with the prices of another instrument's bar, far from its own.
with

moves as (

    select * from {{ ref('int_bar_moves_measured') }}

),

bars as (

    select * from {{ ref('int_bars_followed') }}

),

leaps as (

    select * from moves
    where
        high > low
        and abs(own_move) > {{ var('spike_moves') }} * usual_move

),

lookalikes as (

    select
        leaps.instrument_id,
        leaps.interval,
        leaps.opened_at,
        string_agg(bars.symbol, ', ' order by bars.symbol) as symbols
    from leaps
    inner join bars
        on leaps.interval = bars.interval
        and leaps.opened_at = bars.opened_at
        and leaps.open = bars.open
        and leaps.high = bars.high
        and leaps.low = bars.low
        and leaps.close = bars.close
    where
        leaps.instrument_id <> bars.instrument_id
        and abs(leaps.bar_move) > abs({{ log_ratio('bars.close', 'bars.close_before') }})
    group by leaps.instrument_id, leaps.interval, leaps.opened_at

),

found as (

    select
        leaps.*,
        'the prices are those of ' || lookalikes.symbols as detail
    from leaps
    inner join lookalikes
        on leaps.instrument_id = lookalikes.instrument_id
        and leaps.interval = lookalikes.interval
        and leaps.opened_at = lookalikes.opened_at

),

{{ findings('foreign_bar') }}
