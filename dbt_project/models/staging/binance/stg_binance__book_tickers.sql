with

source as (

    select * from {{ source('raw', 'binance_book_tickers') }}

),

renamed as (

    select
        file_seq,
        row_number,
        'binance' as provider,
        request_id,
        symbol as provider_symbol,
        observed_at,
        bid_price,
        bid_quantity,
        ask_price,
        ask_quantity
    from source

)

select * from renamed
