-- A call of attempt 0 was none: an earlier one of its run brought the answer already.
select
    provider,
    count(*) as request_count,
    count(*) filter (outcome = 'ok') as ok,
    count(*) filter (outcome = 'empty') as empty,
    count(*) filter (outcome in ('throttled', 'blocked')) as throttled,
    count(*) filter (outcome not in ('ok', 'empty', 'throttled', 'blocked')) as failed,
    coalesce(sum(row_count), 0) as row_count,
    coalesce(sum(byte_count), 0) / 1e6 as megabytes,
    coalesce(sum(duration_ms), 0) / 1e3 as seconds,
    list_sort(list(distinct run_id)) as runs
from requests
where attempt > 0 and cast(requested_at as date) between $first and $last
group by provider
order by provider
