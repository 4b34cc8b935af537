select
    state,
    reason,
    count(*) as bar_count,
    count(distinct instrument_id) as instrument_count
from bar_gaps
where session_date between $first and $last
group by state, reason
order by bar_count desc, state, reason
