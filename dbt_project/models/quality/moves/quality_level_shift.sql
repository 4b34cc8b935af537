-- A row is a bar that opens at another price level, on ordinary turnover, and stays there.
with

moves as (

    select * from {{ ref('int_bar_moves_measured') }}

),

found as (

    select
        *,
        'own move ' || {{ percent_text('own_move') }}
        || ' before the open; usual ' || {{ percent_text('usual_move') }} as detail
    from moves
    where {{ steps_overnight() }} and not {{ is_split_sized() }}

),

{{ findings('level_shift') }}
