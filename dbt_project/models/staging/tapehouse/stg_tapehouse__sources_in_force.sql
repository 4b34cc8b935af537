with

source as (

    select * from {{ source('raw', 'sources_in_force') }}

),

renamed as (

    select
        file_seq,
        row_number,
        instrument_id,
        interval,
        purpose,
        turn,
        provider
    from source

)

select * from renamed
