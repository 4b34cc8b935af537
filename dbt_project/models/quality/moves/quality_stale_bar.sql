-- A row is a bar whose four prices are those of the bar before it.
with

moves as (

    select * from {{ ref('int_bar_moves_measured') }}

),

found as (

    select
        *,
        'open, high, low and close repeat the bar before' as detail
    from moves
    where
        repeats_bar_before
        and high > low
        and (repeats_volume_before or ln(cast(high as {{ f8() }}) / low) > usual_move)

),

{{ findings('stale_bar') }}
