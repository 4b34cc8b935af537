with

requests as (

    select * from {{ ref('stg_tapehouse__requests') }}
    where endpoint = 'bars'

),

landing_files as (

    select * from {{ ref('stg_tapehouse__landing_files') }}

),

-- What came with a damaged file is not held, so its answers do not count.
damaged_groups as (

    select distinct group_seq
    from landing_files
    where state = 'damaged'

),

windows as (

    select
        requests.request_id,
        requests.run_id,
        requests.provider,
        requests.instrument_id,
        requests.interval,
        requests.reason,
        requests.requested_at,
        requests.outcome,
        requests.outcome in ('ok', 'empty', 'out_of_range') as is_answer,
        coalesce(
            requests.window_start, {{ window_edge('requests.work_unit', 'start') }}
        ) as asked_from_at,
        coalesce(
            requests.window_end, {{ window_edge('requests.work_unit', 'end') }}
        ) as asked_until_at
    from requests
    inner join landing_files on requests.file_seq = landing_files.file_seq
    left join damaged_groups on landing_files.group_seq = damaged_groups.group_seq
    where
        damaged_groups.group_seq is null
        -- Calls on the way to an answer have no window of their own.
        and (requests.window_start is not null or requests.outcome not in ('ok', 'empty'))

),

final as (

    select * from windows
    where asked_from_at is not null and asked_until_at is not null

)

select * from final
