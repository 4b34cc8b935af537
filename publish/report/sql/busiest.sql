-- The most calls within one span of so many seconds, by provider.
select provider, max(call_count) as call_count
from (
    select provider, count(*) as call_count
    from requests
    where attempt > 0 and cast(requested_at as date) between $first and $last
    group by provider, cast(floor(epoch(requested_at) / $seconds) as bigint)
)
group by provider
