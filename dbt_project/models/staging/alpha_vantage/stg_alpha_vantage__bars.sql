with

source as (

    select * from {{ source('raw', 'alpha_vantage_bars') }}

),

renamed as (

    select
        file_seq,
        row_number,
        'alpha_vantage' as provider,
        request_id,
        symbol as provider_symbol,
        interval,
        bar_date,
        opened_at,
        time_zone,
        open,
        high,
        low,
        close,
        volume,
        adjusted_close,
        dividend_amount,
        split_coefficient
    from source

)

select * from renamed
