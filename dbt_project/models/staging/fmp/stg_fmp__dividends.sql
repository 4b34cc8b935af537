with

source as (

    select * from {{ source('raw', 'fmp_dividends') }}

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
        'USD' as currency,
        amount_adjusted as amount,
        amount as amount_declared,
        declaration_date,
        record_date,
        pay_date
    from source

)

select * from renamed
