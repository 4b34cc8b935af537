with

universe_rows as (

    select * from {{ ref('int_universe_overlaid') }}

),

past_symbols as (

    select * from {{ ref('int_past_symbols_combined') }}

),

holders as (

    {{ symbol_holders('universe_rows', 'past_symbols') }}

)

select * from holders
