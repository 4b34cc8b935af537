-- Followed instruments without a bar in the week, though others of their calendar have some.
with

held as (
    select distinct daily_bars.instrument_id, instruments.calendar
    from daily_bars
    inner join instruments on daily_bars.instrument_id = instruments.instrument_id
    where daily_bars.session_date between $first and $last
)

select symbol
from instruments
where
    is_followed
    and (delisted_on is null or delisted_on >= $first)
    and (listed_on is null or listed_on <= $last)
    and calendar in (select calendar from held)
    and instrument_id not in (select instrument_id from held)
order by symbol
