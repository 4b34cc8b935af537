with

source as (

    select * from {{ source('raw', 'massive_market_holidays') }}

),

renamed as (

    select
        file_seq,
        row_number,
        'massive' as provider,
        request_id,
        observed_at,
        exchange,
        holiday_date,
        name,
        status,
        opens_at,
        closes_at
    from source

)

select * from renamed
