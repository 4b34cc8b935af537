{{ config(materialized='view', tags=['familiar']) }}

with

trades as (

    select * from {{ ref('stg_binance__trades') }}

),

final as (

    select
        provider,
        provider_symbol as symbol,
        trade_id,
        traded_at,
        price,
        quantity,
        quote_quantity,
        is_buyer_maker,
        is_best_match,
        request_id,
        file_seq,
        row_number
    from trades

)

select * from final
