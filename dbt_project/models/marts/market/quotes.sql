{{ config(
    materialized='incremental',
    incremental_strategy=incremental_strategy(appends=true),
    on_schema_change='fail',
    pre_hook='{{ forget_stale_rows() }}',
    post_hook='{{ set_build_mark() }}',
    tags=['market'],
) }}

with

quotes as (

    select * from {{ ref('int_quotes_received') }}
    where file_seq > {{ built_to_file_seq() }}

),

symbols as (

    select * from {{ ref('int_provider_symbols_listed') }}

),

landing_files as (

    select * from {{ ref('stg_tapehouse__landing_files') }}

),

ranked as (

    {{ ranked_rows('quotes', ['observed_at'], 'quotes.observed_at') }}

),

final as (

    select
        instrument_id,
        symbol,
        provider,
        quoted_at,
        observed_at,
        {%- for column in
            ['bid', 'ask', 'price', 'previous_close', 'day_high', 'day_low'] %}
        {{ quoted_price(column) }} as {{ column }},
        {%- endfor %}
        bid_size,
        ask_size,
        volume,
        market_cap,
        trailing_pe,
        coalesce(currency, instrument_currency) as currency,
        market_state,
        known_at,
        request_id,
        file_seq,
        row_number
    from ranked
    where place = 1 {{ and_not_held(['instrument_id', 'provider', 'observed_at'], 'ranked') }}

)

select * from final
