-- A row is a bar with many times its usual volume and no move of the price to go with it.
with

moves as (

    select * from {{ ref('int_bar_moves_measured') }}

),

found as (

    select
        *,
        'volume ' || volume || ' is ' || {{ rounded('volume_ratio', 1) }}
        || ' times the usual' as detail
    from moves
    where
        volume_ratio > {{ var('volume_spike_ratio') }}
        and abs(own_move) < {{ var('spike_moves') }} * usual_move

),

{{ findings('volume_spike') }}
