with

source as (

    select * from {{ source('raw', 'massive_splits') }}

),

renamed as (

    select
        file_seq,
        row_number,
        'massive' as provider,
        request_id,
        symbol as provider_symbol,
        split_id,
        execution_date as ex_date,
        'America/New_York' as exchange_timezone,
        split_from,
        split_to,
        cast(split_to as {{ f8() }}) / nullif(cast(split_from as {{ f8() }}), 0) as ratio
    from source

)

select * from renamed
