with

source as (

    select * from {{ source('raw', 'rules_in_force') }}

),

renamed as (

    select
        file_seq,
        row_number,
        kind,
        name,
        value
    from source

)

select * from renamed
