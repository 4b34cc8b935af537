-- A resampled bar has no file of its own; its group of files has the newest of its parts.
select daily_bars.instrument_id, daily_bars.session_date, landing_files.run_id
from daily_bars
inner join landing_files
    on landing_files.file_seq = coalesce(daily_bars.file_seq, daily_bars.known_seq)
where daily_bars.session_date between $first - 30 and $last
