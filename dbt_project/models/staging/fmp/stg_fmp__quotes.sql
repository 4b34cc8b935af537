with

source as (

    select * from {{ source('raw', 'fmp_quotes') }}

),

renamed as (

    select
        file_seq,
        row_number,
        'fmp' as provider,
        request_id,
        symbol as provider_symbol,
        observed_at,
        quoted_at,
        name,
        exchange,
        change_percent,
        price,
        change,
        open,
        previous_close,
        day_low,
        day_high,
        year_low,
        year_high,
        mean_price_50,
        mean_price_200,
        volume,
        market_cap
    from source

)

select * from renamed
