with

source as (

    select * from {{ source('raw', 'fmp_splits') }}

),

renamed as (

    select
        file_seq,
        row_number,
        'fmp' as provider,
        request_id,
        symbol as provider_symbol,
        {{ add_minutes('cast(ex_date as timestamp)', 960) }} as stamped_at,
        'America/New_York' as exchange_timezone,
        numerator / nullif(denominator, 0) as ratio
    from source

)

select * from renamed
