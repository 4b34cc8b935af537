with

source as (

    select * from {{ source('raw', 'binance_trades') }}

),

renamed as (

    select
        file_seq,
        row_number,
        'binance' as provider,
        request_id,
        symbol as provider_symbol,
        trade_id,
        price,
        quantity,
        quote_quantity,
        traded_at,
        is_buyer_maker,
        is_best_match
    from source

)

select * from renamed
