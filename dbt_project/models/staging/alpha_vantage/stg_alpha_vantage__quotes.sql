with

source as (

    select * from {{ source('raw', 'alpha_vantage_quotes') }}

),

renamed as (

    select
        file_seq,
        row_number,
        'alpha_vantage' as provider,
        request_id,
        symbol as provider_symbol,
        observed_at,
        trading_date,
        open,
        high,
        low,
        price,
        volume,
        previous_close,
        change,
        change_percent,
        delay_minutes
    from source

)

select * from renamed
