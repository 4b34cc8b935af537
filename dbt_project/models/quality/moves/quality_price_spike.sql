-- A row is a bar whose close leaps away from the market, and back with the next bar.
with

moves as (

    select * from {{ ref('int_bar_moves_measured') }}

),

found as (

    select
        *,
        'own move ' || {{ percent_text('own_move') }}
        || ', then ' || {{ percent_text('own_move_after') }}
        || '; usual ' || {{ percent_text('usual_move') }} as detail
    from moves
    where
        least(abs(own_move), abs(own_move_after)) > {{ var('spike_moves') }} * leniency * usual_move
        and {{ reverts('own_move_after') }}
        and not {{ is_unit_switch() }}

),

{{ findings('price_spike') }}
