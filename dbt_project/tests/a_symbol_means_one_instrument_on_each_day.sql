-- A row is a symbol at a provider that means two instruments on one day.
with

symbols as (

    select * from {{ ref('symbols_listed') }}

)

select
    symbols.provider,
    symbols.symbol,
    symbols.instrument_id,
    others.instrument_id as other_instrument_id
from symbols
inner join symbols as others
    on symbols.provider = others.provider
    and symbols.symbol = others.symbol
where
    symbols.valid_from < others.valid_to
    and others.valid_from < symbols.valid_to
    and (
        symbols.instrument_id < others.instrument_id
        or symbols.valid_from < others.valid_from
    )
