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

    select
        quotes.*,
        symbols.instrument_id,
        symbols.symbol,
        landing_files.accepted_at as known_at,
        coalesce(quotes.currency, symbols.currency) as whole_currency,
        row_number() over (
            partition by symbols.instrument_id, quotes.provider, quotes.observed_at
            order by quotes.file_seq, quotes.row_number
        ) as place
    from quotes
    inner join symbols
        on quotes.provider = symbols.provider
        and quotes.provider_symbol = symbols.provider_symbol
        and {{ held_on('symbols', 'quotes.observed_at') }}
    left join landing_files on quotes.file_seq = landing_files.file_seq

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
        whole_currency as currency,
        market_state,
        known_at,
        request_id,
        file_seq,
        row_number
    from ranked
    where place = 1 {{ and_not_held(['instrument_id', 'provider', 'observed_at'], 'ranked') }}

)

select * from final
