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

    select
        quotes.*,
        symbols.instrument_id,
        symbols.symbol,
        landing_files.accepted_at as known_at,
        row_number() over (
            partition by
                symbols.instrument_id, quotes.provider,
                quotes.sip_timestamp_ns, quotes.sequence_number
            order by quotes.file_seq, quotes.row_number
        ) as place
    from quotes
    left join landing_files on quotes.file_seq = landing_files.file_seq
    inner join symbols
        on quotes.provider = symbols.provider
        and quotes.provider_symbol = symbols.provider_symbol
        and {{ held_on('symbols', 'landing_files.accepted_at') }}

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
