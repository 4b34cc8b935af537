with

source as (

    select * from {{ source('raw', 'steps') }}

),

renamed as (

    select
        file_seq,
        row_number,
        run_id,
        step_number,
        step,
        started_at,
        ended_at,
        row_count,
        outcome,
        error
    from source

)

select * from renamed
