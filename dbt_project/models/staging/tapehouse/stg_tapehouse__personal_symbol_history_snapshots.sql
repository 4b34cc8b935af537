with

source as (

    select * from {{ source('raw', 'personal_symbol_history') }}

),

renamed as (

    select
        file_seq,
        row_number,
        instrument_id,
        provider,
        symbol,
        valid_from,
        valid_to,
        known_at
    from source

)

select * from renamed
