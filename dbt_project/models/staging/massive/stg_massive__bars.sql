with

source as (

    select * from {{ source('raw', 'massive_bars') }}

),

renamed as (

    select
        file_seq,
        row_number,
        'massive' as provider,
        request_id,
        symbol as provider_symbol,
        interval,
        stamped_at,
        'America/New_York' as exchange_timezone,
        open,
        high,
        low,
        close,
        volume,
        vwap,
        trade_count,
        is_otc,
        is_adjusted
    from source

)

select * from renamed
