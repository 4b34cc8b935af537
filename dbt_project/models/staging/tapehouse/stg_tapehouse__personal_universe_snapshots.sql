with

source as (

    select * from {{ source('raw', 'personal_universe') }}

),

renamed as (

    select
        file_seq,
        row_number,
        instrument_id,
        symbol,
        name,
        asset_class,
        calendar,
        currency,
        groups,
        listed_on,
        delisted_on,
        yahoo_symbol,
        binance_symbol,
        massive_symbol,
        fmp_symbol,
        alpha_vantage_symbol,
        known_at,
        coalesce(is_followed, true) as is_followed
    from source

)

select * from renamed
