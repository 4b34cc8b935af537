select
    completeness.instrument_id,
    completeness.symbol,
    completeness.session_date,
    completeness.expected,
    completeness.held,
    completeness.excused,
    completeness.missing,
    completeness.share
from completeness
where completeness.session_date between $first and $last
order by completeness.instrument_id, completeness.session_date
