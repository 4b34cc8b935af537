with

source as (

    select * from {{ source('raw', 'yahoo_splits') }}

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
        ratio
    from source

)

select * from renamed
