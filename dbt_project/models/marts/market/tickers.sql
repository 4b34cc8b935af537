{{ config(
    materialized='incremental',
    incremental_strategy=incremental_strategy(appends=true),
    on_schema_change='fail',
    pre_hook='{{ forget_stale_rows() }}',
    post_hook='{{ set_build_mark() }}',
    tags=['market'],
) }}

with

tickers as (

    select * from {{ ref('stg_binance__tickers') }}
    where file_seq > {{ built_to_file_seq() }}

),

symbols as (

    select * from {{ ref('int_provider_symbols_listed') }}

),

landing_files as (

    select * from {{ ref('stg_tapehouse__landing_files') }}

),

ranked as (

    {{ ranked_rows('tickers', ['observed_at'], 'tickers.observed_at') }}

),

final as (

    select
        instrument_id,
        symbol,
        provider,
        observed_at,
        opened_at as window_opened_at,
        closed_at as window_closed_at,
        price_change_percent as price_change_pct,
        volume as base_volume,
        {%- for column in [
            'last_price', 'price_change', 'weighted_average_price', 'previous_close_price',
            'open_price', 'high_price', 'low_price', 'bid_price', 'bid_quantity', 'ask_price',
            'ask_quantity', 'last_quantity', 'quote_volume', 'first_trade_id', 'last_trade_id',
            'trade_count',
        ] %}
        {{ column }},
        {%- endfor %}
        known_at,
        request_id,
        file_seq,
        row_number
    from ranked
    where place = 1 {{ and_not_held(['instrument_id', 'provider', 'observed_at'], 'ranked') }}

)

select * from final
