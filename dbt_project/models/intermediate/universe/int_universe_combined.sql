with

shipped as (

    select * from {{ ref('universe') }}

),

personal as (

    select * from {{ ref('stg_tapehouse__personal_universe') }}

),

personal_additions as (

    select personal.*
    from personal
    left join shipped
        on personal.instrument_id = shipped.instrument_id
        or personal.symbol = shipped.symbol
    where shipped.instrument_id is null

),

combined as (

    select
        {{ universe_columns() }},
        false as is_personal
    from shipped

    union all

    select
        {{ universe_columns() }},
        true as is_personal
    from personal_additions

)

select * from combined
