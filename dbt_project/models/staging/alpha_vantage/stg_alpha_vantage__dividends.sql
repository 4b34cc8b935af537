with

source as (

    select * from {{ source('raw', 'alpha_vantage_bars') }}
    where dividend_amount <> 0

),

renamed as (

    select
        file_seq,
        row_number,
        'alpha_vantage' as provider,
        request_id,
        symbol as provider_symbol,
        coalesce(time_zone, 'UTC') as exchange_timezone,
        bar_date as ex_date,
        cast(dividend_amount as {{ f8() }}) as amount
    from source

)

select * from renamed
