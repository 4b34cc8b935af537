with

universe_rows as (

    select * from {{ ref('int_universe_overlaid') }}

),

holders as (

    select * from {{ ref('int_symbol_holders') }}

),

named as (

    {{ named_universe('universe_rows', 'holders') }}

)

select * from named
