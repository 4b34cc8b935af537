-- A row is a symbol or an instrument of daily_bars that is paired with more
-- than one of the other.
with

pairs as (

    select distinct
        instrument_id,
        symbol
    from {{ ref('daily_bars') }}

),

counted as (

    select
        instrument_id,
        symbol,
        count(*) over (partition by instrument_id) as symbol_count,
        count(*) over (partition by symbol) as instrument_count
    from pairs

)

select * from counted
where symbol_count > 1 or instrument_count > 1
