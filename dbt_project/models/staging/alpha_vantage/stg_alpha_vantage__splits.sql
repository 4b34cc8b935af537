with

source as (

    select * from {{ source('raw', 'alpha_vantage_bars') }}
    where split_coefficient <> 1

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
        cast(split_coefficient as {{ f8() }}) as ratio
    from source

)

select * from renamed
