select provider, endpoint, outcome, count(*) as request_count
from requests
where attempt > 0 and cast(requested_at as date) between $first and $last
group by provider, endpoint, outcome
order by provider, endpoint, outcome
