select
    coalesce(
        max(daily_bars.session_date) filter (instruments.calendar <> '24/7'),
        max(daily_bars.session_date)
    ) as session_date
from daily_bars
inner join instruments on daily_bars.instrument_id = instruments.instrument_id
