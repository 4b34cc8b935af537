with

source as (

    select * from {{ source('raw', 'massive_market_status') }}

),

renamed as (

    select
        file_seq,
        row_number,
        'massive' as provider,
        request_id,
        observed_at,
        server_at,
        market,
        is_before_open,
        is_after_close,
        nyse,
        nasdaq,
        otc,
        fx,
        crypto
    from source

)

select * from renamed
