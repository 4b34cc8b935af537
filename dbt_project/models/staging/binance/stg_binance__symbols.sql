with

source as (

    select * from {{ source('raw', 'binance_symbols') }}

),

renamed as (

    select
        file_seq,
        row_number,
        'binance' as provider,
        request_id,
        symbol as provider_symbol,
        observed_at,
        is_listed,
        status,
        base_asset,
        quote_asset,
        tick_size,
        step_size,
        least_quantity,
        most_quantity,
        least_notional,
        is_spot_trading_allowed,
        permission_sets,
        order_types,
        filters
    from source

)

select * from renamed
