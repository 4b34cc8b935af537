with

source as (

    select * from {{ source('raw', 'binance_agg_trades') }}

),

renamed as (

    select
        file_seq,
        row_number,
        'binance' as provider,
        request_id,
        symbol as provider_symbol,
        agg_trade_id,
        price,
        quantity,
        first_trade_id,
        last_trade_id,
        traded_at,
        is_buyer_maker,
        is_best_match
    from source

)

select * from renamed
