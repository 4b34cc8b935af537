with

source as (

    select * from {{ source('raw', 'fmp_treasury_rates') }}

),

renamed as (

    select
        file_seq,
        row_number,
        'fmp' as provider,
        request_id,
        rate_date,
        month1,
        month2,
        month3,
        month6,
        year1,
        year2,
        year3,
        year5,
        year7,
        year10,
        year20,
        year30
    from source

)

select * from renamed
