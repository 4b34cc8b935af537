with

source as (

    select * from {{ source('raw', 'yahoo_bars') }}

),

renamed as (

    select
        file_seq,
        row_number,
        'yahoo' as provider,
        request_id,
        symbol as provider_symbol,
        interval,
        stamped_at,
        exchange_timezone,
        currency,
        open,
        high,
        low,
        close,
        adj_close,
        volume
    from source

)

select * from renamed
