-- A row is a bar whose high or low lies far from its open and close.
with

moves as (

    select * from {{ ref('int_bar_moves_measured') }}

),

found as (

    select
        *,
        'high or low ' || {{ percent_text('own_wick') }}
        || ' beyond open and close; usual ' || {{ percent_text('usual_wick') }} as detail
    from moves
    where
        own_wick > {{ var('wick_sizes') }} * leniency * usual_wick
        and own_wick > {{ var('spike_moves') }} * leniency * usual_move

),

{{ findings('wick_spike') }}
