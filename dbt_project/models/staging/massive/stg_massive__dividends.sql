with

source as (

    select * from {{ source('raw', 'massive_dividends') }}

),

renamed as (

    select
        file_seq,
        row_number,
        'massive' as provider,
        request_id,
        symbol as provider_symbol,
        dividend_id,
        currency,
        declared_date,
        ex_date,
        'America/New_York' as exchange_timezone,
        record_date,
        pay_date,
        frequency,
        dividend_type,
        cast(cash_amount as {{ f8() }}) as amount
    from source

)

select * from renamed
