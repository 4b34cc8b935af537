-- A row is a bar that opens as after a split, though all splits known are accounted for.
with

moves as (

    select * from {{ ref('int_bar_moves_measured') }}

),

found as (

    select
        *,
        'the price came to ' || {{ rounded('exp(cast(own_move as ' ~ f8() ~ '))', 4) }}
        || ' of what it was, beside the market' as detail
    from moves
    where {{ steps_overnight() }} and {{ is_split_sized() }}

),

{{ findings('unexplained_split') }}
