{{ config(materialized='table_function', parameters='instant', tags=['as_of']) }}

with

known_bars as (

    select * from (
        {{ bars_as_of('instant') }}
    ) as bars
    where interval = '1d'

),

known_instruments as (

    {{ universe_as_of('instant') }}

),

series_known as (

    {{ series_bars('known_bars', 'known_instruments', '1d') }}

),

index_bars as (

    select
        session_date,
        closed_at,
        is_partial
    from known_bars
    where symbol = '{{ var("summary_index") }}'

)

select
    series_known.instrument_id,
    known_instruments.symbol,
    known_instruments.asset_class,
    series_known.date,
    series_known.opened_at,
    known_bars.closed_at,
    series_known.close,
    series_known.high,
    series_known.low,
    series_known.volume,
    series_known.bars_a_year,
    series_known.is_partial,
    series_known.known_seq,
    known_bars.known_at,
    -- A market that closes before the index does cannot know its close.
    case
        when index_bars.closed_at <= known_bars.closed_at and not index_bars.is_partial
            then series_known.index_close
    end as index_close
from series_known
inner join known_instruments
    on series_known.instrument_id = known_instruments.instrument_id
inner join known_bars
    on series_known.instrument_id = known_bars.instrument_id
    and series_known.opened_at = known_bars.opened_at
left join index_bars on series_known.date = index_bars.session_date
