with

source as (

    select * from {{ source('raw', 'binance_bars') }}

),

renamed as (

    select
        file_seq,
        row_number,
        'binance' as provider,
        request_id,
        symbol as provider_symbol,
        interval,
        opened_at,
        open,
        high,
        low,
        close,
        volume,
        closed_at,
        quote_volume,
        trade_count,
        taker_base_volume,
        taker_quote_volume
    from source

)

select * from renamed
