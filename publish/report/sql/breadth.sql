-- The newest 60 sessions up to the week's end, with the runs that brought the bars of each.
with

brought as (
    select daily_bars.session_date, list_sort(list(distinct landing_files.run_id)) as runs
    from daily_bars
    inner join instruments on daily_bars.instrument_id = instruments.instrument_id
    inner join landing_files
        on landing_files.file_seq = coalesce(daily_bars.file_seq, daily_bars.known_seq)
    where
        instruments.asset_class = 'stock'
        and daily_bars.session_date between $first and $last
    group by daily_bars.session_date
),

newest as (
    select * from market_breadth
    where date <= $last
    order by date desc
    limit 60
)

select newest.*, coalesce(brought.runs, []) as runs
from newest
left join brought on newest.date = brought.session_date
order by newest.date
