with

source as (

    select * from {{ source('raw', 'yahoo_dividends') }}

),

renamed as (

    select
        file_seq,
        row_number,
        'yahoo' as provider,
        request_id,
        symbol as provider_symbol,
        stamped_at,
        exchange_timezone,
        currency,
        amount
    from source

)

select * from renamed
