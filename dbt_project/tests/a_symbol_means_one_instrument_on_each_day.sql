-- A row is a symbol at a provider that means two instruments on one day.
with

symbols as (

    select * from {{ ref('symbols_listed') }}

)

select
    symbols.provider,
    symbols.symbol,
    symbols.instrument_id,
    also.instrument_id as other_instrument_id
from symbols
inner join symbols as also
    on symbols.provider = also.provider
    and symbols.symbol = also.symbol
where
    symbols.valid_from < also.valid_to
    and also.valid_from < symbols.valid_to
    and (
        symbols.instrument_id < also.instrument_id
        or symbols.valid_from < also.valid_from
    )
