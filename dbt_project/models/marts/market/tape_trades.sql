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

    select
        *,
        coalesce(trf_id, 0) as facility_id
    from {{ ref('stg_massive__trades') }}
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
        'trades',
        ['sip_timestamp_ns', 'exchange_id', 'facility_id', 'trade_id'],
        'landing_files.accepted_at'
    ) }}

),

final as (

    select
        instrument_id,
        symbol,
        provider,
        traded_at,
        sip_timestamp_ns,
        exchange_id,
        facility_id,
        trade_id,
        price,
        size,
        conditions,
        correction,
        sequence_number,
        known_at,
        request_id,
        file_seq,
        row_number
    from ranked
    where place = 1 {{ and_not_held([
        'instrument_id', 'provider', 'sip_timestamp_ns', 'exchange_id', 'facility_id', 'trade_id'
    ], 'ranked') }}

)

select * from final
