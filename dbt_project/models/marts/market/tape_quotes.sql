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

    select * from {{ ref('stg_massive__quotes') }}
    where file_seq > {{ built_to_file_seq() }}

),

symbols as (

    select * from {{ ref('int_provider_symbols_listed') }}

),

landing_files as (

    select * from {{ ref('stg_tapehouse__landing_files') }}

),

ranked as (

    {{ ranked_rows(
        'quotes', ['sip_timestamp_ns', 'sequence_number'], 'landing_files.accepted_at'
    ) }}

),

final as (

    select
        instrument_id,
        symbol,
        provider,
        quoted_at,
        sip_timestamp_ns,
        sequence_number,
        bid_price as bid,
        bid_round_lots,
        bid_exchange_id,
        ask_price as ask,
        ask_round_lots,
        ask_exchange_id,
        conditions,
        known_at,
        request_id,
        file_seq,
        row_number
    from ranked
    where place = 1 {{ and_not_held([
        'instrument_id', 'provider', 'sip_timestamp_ns', 'sequence_number'
    ], 'ranked') }}

)

select * from final
