-- A row is a bar with the prices of another instrument's bar, far from its own.
with

moves as (

    select * from {{ ref('int_bar_moves_measured') }}

),

bars as (

    select * from {{ ref('int_bars_followed') }}

),

found as (

    select
        moves.*,
        'the prices are those of ' || bars.symbol as detail
    from moves
    inner join bars
        on moves.interval = bars.interval
        and moves.opened_at = bars.opened_at
        and moves.open = bars.open
        and moves.high = bars.high
        and moves.low = bars.low
        and moves.close = bars.close
    where
        moves.instrument_id <> bars.instrument_id
        and moves.high > moves.low
        and abs(moves.own_move) > {{ var('spike_moves') }} * moves.usual_move
        and abs(moves.bar_move) > abs({{ log_ratio('bars.close', 'bars.close_before') }})

),

{{ findings('foreign_bar') }}
