with

source as (

    select * from {{ source('raw', 'tapehouse_scores') }}

),

renamed as (

    select
        file_seq,
        row_number,
        run_id,
        model,
        model_sha256,
        as_of,
        instrument_id,
        date,
        opened_at,
        score,
        scored_at
    from source

)

select * from renamed
