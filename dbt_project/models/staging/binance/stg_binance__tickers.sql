with

source as (

    select * from {{ source('raw', 'binance_tickers') }}

),

renamed as (

    select
        file_seq,
        row_number,
        'binance' as provider,
        request_id,
        symbol as provider_symbol,
        observed_at,
        price_change,
        price_change_percent,
        weighted_average_price,
        previous_close_price,
        last_price,
        last_quantity,
        bid_price,
        bid_quantity,
        ask_price,
        ask_quantity,
        open_price,
        high_price,
        low_price,
        volume,
        quote_volume,
        opened_at,
        closed_at,
        trade_count,
        nullif(first_trade_id, -1) as first_trade_id,
        nullif(last_trade_id, -1) as last_trade_id
    from source

)

select * from renamed
