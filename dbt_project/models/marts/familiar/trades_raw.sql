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
        {{ json_row({
            'id': 'trade_id',
            'price': 'cast(price as ' ~ text_type() ~ ')',
            'qty': 'cast(quantity as ' ~ text_type() ~ ')',
            'quoteQty': 'cast(quote_quantity as ' ~ text_type() ~ ')',
            'time': whole_division(microseconds('traded_at'), 1000),
            'isBuyerMaker': 'is_buyer_maker',
            'isBestMatch': 'is_best_match',
        }) }} as payload,
        request_id,
        file_seq,
        row_number
    from trades

)

select * from final
