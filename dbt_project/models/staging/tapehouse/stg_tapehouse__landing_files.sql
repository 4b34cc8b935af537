with

source as (

    select * from {{ source('raw', 'landing_files') }}

),

renamed as (

    select
        file_seq,
        group_seq,
        run_id,
        table_name,
        path,
        format,
        row_count,
        byte_count,
        sha256,
        accepted_at,
        schema_version,
        state,
        reason
    from source

)

select * from renamed
