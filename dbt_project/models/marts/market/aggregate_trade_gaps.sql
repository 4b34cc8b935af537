{{ config(materialized='view', tags=['market']) }}

with

trades as (

    select * from {{ ref('aggregate_trades') }}

),

followed as (

    select
        *,
        lead(agg_trade_id) over ids as next_agg_trade_id,
        lead(traded_at) over ids as next_traded_at
    from trades
    window ids as (partition by instrument_id, provider order by agg_trade_id)

),

final as (

    select
        instrument_id,
        symbol,
        provider,
        traded_at as missing_since_at,
        next_traded_at as missing_until_at,
        agg_trade_id + 1 as first_missing_id,
        next_agg_trade_id - 1 as last_missing_id,
        next_agg_trade_id - agg_trade_id - 1 as missing_count
    from followed
    where next_agg_trade_id > agg_trade_id + 1

)

select * from final
