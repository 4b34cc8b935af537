-- Closes of the indices over the newest 60 sessions up to the week's end.
with

placed as (
    select
        daily_bars.instrument_id,
        daily_bars.symbol,
        daily_bars.session_date,
        daily_bars.close,
        row_number() over (
            partition by daily_bars.instrument_id order by daily_bars.session_date desc
        ) as place
    from daily_bars
    inner join instruments on daily_bars.instrument_id = instruments.instrument_id
    where instruments.asset_class = 'index' and daily_bars.session_date <= $last
)

select * exclude (place) from placed
where place <= 60
order by instrument_id, session_date
