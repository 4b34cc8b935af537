-- A row is a bar without volume where almost every bar before had some.
with

moves as (

    select * from {{ ref('int_bar_moves_measured') }}

),

found as (

    select
        *,
        'no volume; ' || volumeless_count || ' of the bars before had none' as detail
    from moves
    where
        coalesce(volume, 0) = 0
        and volumeless_count <= {{ var('volumeless_bars') }}

),

{{ findings('volume_zero') }}
