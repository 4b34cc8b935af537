with

source as (

    select * from {{ source('raw', 'yahoo_quotes') }}

),

renamed as (

    select
        file_seq,
        row_number,
        'yahoo' as provider,
        request_id,
        symbol as provider_symbol,
        observed_at,
        quoted_at,
        price,
        previous_close,
        open,
        day_high,
        day_low,
        volume,
        bid,
        ask,
        bid_size,
        ask_size,
        market_cap,
        trailing_pe,
        currency,
        exchange_timezone,
        market_state,
        quote_type,
        short_name
    from source

)

select * from renamed
