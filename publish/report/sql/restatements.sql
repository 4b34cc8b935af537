-- What became known in the week, of whichever session.
select *
from restatements
where cast(known_at as date) between $first and $last
order by known_at, symbol, interval, opened_at, provider, version_number, field
