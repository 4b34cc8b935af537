-- A row is a symbol at a provider that means two instruments on one day.
with

symbols as (

    select * from {{ ref('symbols_listed') }}

)

select
    symbols.provider,
    symbols.symbol,
    symbols.instrument_id,
    other_rows.instrument_id as other_instrument_id
from symbols
inner join symbols as other_rows
    on symbols.provider = other_rows.provider
    and symbols.symbol = other_rows.symbol
where
    symbols.valid_from < other_rows.valid_to
    and other_rows.valid_from < symbols.valid_to
    and (
        symbols.instrument_id < other_rows.instrument_id
        or symbols.valid_from < other_rows.valid_from
    )
