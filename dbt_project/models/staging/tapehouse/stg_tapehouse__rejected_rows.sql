with

source as (

    select * from {{ source('raw', 'rejected_rows') }}

),

renamed as (

    select
        file_seq,
        row_number,
        request_id,
        provider,
        table_name,
        payload,
        reason
    from source

)

select * from renamed
