with

source as (

    select * from {{ source('raw', 'fmp_bars') }}

),

renamed as (

    select
        file_seq,
        row_number,
        'fmp' as provider,
        request_id,
        symbol as provider_symbol,
        interval,
        stamped_at,
        bar_date,
        'America/New_York' as exchange_timezone,
        open,
        high,
        low,
        close,
        volume,
        change_since_open,
        change_since_open_percent,
        mean_price
    from source

)

select * from renamed
