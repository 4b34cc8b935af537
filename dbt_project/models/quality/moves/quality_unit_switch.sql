-- A row is a bar in another unit: about a hundred times the usual price, or a hundredth.
with

moves as (

    select * from {{ ref('int_bar_moves_measured') }}

),

found as (

    select
        *,
        'close ' || close || ' is ' || {{ rounded('close_ratio', 4) }} || ' of the usual' as detail
    from moves
    where {{ is_unit_switch() }}

),

{{ findings('unit_switch') }}
