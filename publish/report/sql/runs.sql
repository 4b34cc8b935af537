-- Every run of the copy: when it landed what, and how its steps ended.
with

landed as (
    select
        run_id,
        min(accepted_at) as first_at,
        max(accepted_at) as last_at,
        count(*) as file_count,
        min(file_seq) as first_file,
        max(file_seq) as last_file,
        sum(row_count) as row_count
    from landing_files
    group by run_id
),

asked as (
    select
        run_id,
        count(*) filter (attempt > 0) as request_count,
        count(*) filter (attempt > 0 and outcome not in ('ok', 'empty')) as failed_count,
        min(requested_at) as asked_at
    from requests
    group by run_id
),

stepped as (
    select
        run_id,
        string_agg(step || ' ' || outcome, ', ' order by step_number) as steps
    from elt_job_log
    group by run_id
)

select
    run_id,
    coalesce(landed.first_at, asked.asked_at) as first_at,
    landed.last_at,
    asked.request_count,
    asked.failed_count,
    landed.file_count,
    landed.first_file,
    landed.last_file,
    landed.row_count,
    stepped.steps
from landed
full join asked using (run_id)
full join stepped using (run_id)
order by run_id
