with

source as (

    select * from {{ source('raw', 'file_drop_bars') }}

),

renamed as (

    select
        file_seq,
        row_number,
        'file_drop' as provider,
        request_id,
        file_name,
        line_number,
        symbol as provider_symbol,
        interval,
        bar_date,
        opened_at,
        open,
        high,
        low,
        close,
        volume
    from source

)

select * from renamed
