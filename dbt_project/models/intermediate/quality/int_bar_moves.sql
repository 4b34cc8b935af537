with

followed as (

    select * from {{ ref('int_bars_followed') }}
    where close > 0

),

moves as (

    select
        *,
        {{ log_ratio('close', 'close_before') }} as price_move,
        {{ log_ratio('close_total_return', 'close_total_return_before') }} as total_move,
        {{ log_ratio('open', 'close_before') }} as gap,
        {{ log_ratio('volume', '1') }} as log_volume,
        greatest(
            {{ log_ratio('high', 'greatest(open, close)') }},
            {{ log_ratio('least(open, close)', 'low') }}
        ) as wick
    from followed
    where close_before is null or close_before > 0

),

chosen as (

    {#- A dividend that is paid moves the price alone, one that is made up only
        the total return: the smaller of the two moves is neither. #}
    select
        *,
        case
            when abs(total_move) < abs(price_move) then total_move
            else price_move
        end as bar_move
    from moves

),

markets as (

    select
        market,
        interval,
        opened_at,
        count(bar_move) as peer_count,
        {{ median_among_peers('bar_move') }} as market_move,
        {{ median_among_peers('wick') }} as market_wick
    from chosen
    group by market, interval, opened_at

),

beside_market as (

    select
        chosen.*,
        markets.peer_count,
        markets.market_move,
        markets.market_wick,
        chosen.bar_move - markets.market_move as residual_move
    from chosen
    inner join markets
        on chosen.market = markets.market
        and chosen.interval = markets.interval
        and chosen.opened_at = markets.opened_at

),

final as (

    select
        *,
        sign(residual_move) * greatest(abs(residual_move) - abs(market_move), 0) as own_move
    from beside_market

)

select * from final
