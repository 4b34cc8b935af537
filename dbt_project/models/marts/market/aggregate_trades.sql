{{ config(
    materialized='incremental',
    incremental_strategy=incremental_strategy(appends=true),
    on_schema_change='fail',
    pre_hook='{{ forget_stale_rows() }}',
    post_hook='{{ set_build_mark() }}',
    tags=['market'],
) }}

with

trades as (

    select * from {{ ref('stg_binance__agg_trades') }}
    where file_seq > {{ built_to_file_seq() }}

),

symbols as (

    select * from {{ ref('int_provider_symbols_listed') }}

),

landing_files as (

    select * from {{ ref('stg_tapehouse__landing_files') }}

),

ranked as (

    {{ ranked_rows('trades', ['agg_trade_id'], 'landing_files.accepted_at') }}

),

final as (

    select
        instrument_id,
        symbol,
        provider,
        agg_trade_id,
        traded_at,
        price,
        quantity,
        first_trade_id,
        last_trade_id,
        is_buyer_maker,
        is_best_match,
        known_at,
        request_id,
        file_seq,
        row_number,
        last_trade_id - first_trade_id + 1 as trade_count
    from ranked
    where place = 1 {{ and_not_held(['instrument_id', 'provider', 'agg_trade_id'], 'ranked') }}

)

select * from final
