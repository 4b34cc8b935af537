{{ config(materialized='table', tags=['quality']) }}

{#- The usual is what the bars before this one did; nothing here looks ahead
    but the neighbours' own moves. #}
with

moves as (

    select * from {{ ref('int_bar_moves') }}

),

confirmed as (

    select * from {{ ref('int_bars_confirmed') }}

),

trained as (

    select
        *,
        count(bar_move) over earlier as earlier_count,
        {{ moving_median('abs(residual_move)', 'earlier') }} as median_move,
        avg(least(abs(residual_move), {{ var('training_move_limit') }})) over earlier as mean_move,
        {{ moving_median('wick', 'earlier') }} as median_wick,
        avg(least(wick, {{ var('training_move_limit') }})) over earlier as mean_wick,
        {{ moving_median('close', 'earlier') }} as usual_close,
        {{ moving_median('volume', 'earlier') }} as usual_volume,
        sum(case when coalesce(volume, 0) = 0 then 1 else 0 end) over earlier as volumeless_count,
        lag(own_move) over bars as own_move_before,
        lead(own_move) over bars as own_move_after
    from moves
    window
        bars as (partition by instrument_id, interval order by opened_at),
        earlier as (
            partition by instrument_id, interval order by opened_at
            rows between {{ var('training_bars') }} preceding and 1 preceding
        )

),

final as (

    select
        trained.instrument_id,
        trained.symbol,
        trained.interval,
        {{ followed_columns('trained') }},
        trained.market_move,
        trained.bar_move,
        trained.gap,
        trained.own_move,
        trained.own_move_before,
        trained.own_move_after,
        trained.wick - trained.market_wick as own_wick,
        {{ usual_size('move') }} as usual_move,
        {{ usual_size('wick') }} as usual_wick,
        case when trained.peer_count >= {{ var('market_peers') }} then 1 else 2 end
        * case when confirmed.opened_at is null then 1 else {{ var('confirmed_leniency') }} end
            as leniency,
        cast(trained.close as {{ f8() }}) / nullif(trained.usual_close, 0) as close_ratio,
        cast(trained.volume as {{ f8() }}) / nullif(trained.usual_volume, 0) as volume_ratio,
        trained.volumeless_count,
        trained.open = trained.open_before
        and trained.high = trained.high_before
        and trained.low = trained.low_before
        and trained.close = trained.close_before as repeats_bar_before,
        coalesce(trained.volume, 0) in (0, trained.volume_before) as repeats_volume_before
    from trained
    left join confirmed
        on trained.instrument_id = confirmed.instrument_id
        and trained.interval = confirmed.interval
        and trained.opened_at = confirmed.opened_at
    where trained.earlier_count >= {{ var('training_bars_least') }}

)

select * from final
