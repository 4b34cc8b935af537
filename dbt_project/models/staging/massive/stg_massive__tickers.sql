with

source as (

    select * from {{ source('raw', 'massive_tickers') }}

),

renamed as (

    select
        file_seq,
        row_number,
        'massive' as provider,
        request_id,
        symbol as provider_symbol,
        name,
        market,
        locale,
        primary_exchange,
        ticker_type,
        is_active,
        currency,
        cik,
        composite_figi,
        share_class_figi,
        delisted_at,
        updated_at
    from source

)

select * from renamed
