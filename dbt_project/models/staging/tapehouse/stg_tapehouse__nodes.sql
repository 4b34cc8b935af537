with

source as (

    select * from {{ source('raw', 'nodes') }}

),

renamed as (

    select
        file_seq,
        row_number,
        run_id,
        step_number,
        node,
        resource_type,
        status,
        started_at,
        seconds,
        row_count,
        message
    from source

)

select * from renamed
