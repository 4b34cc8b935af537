with

gaps as (

    select * from {{ ref('int_gaps_found') }}

),

calls as (

    select * from {{ ref('int_gaps_asked') }}

),

counted as (

    select
        instrument_id,
        interval,
        opened_at,
        count(distinct run_id) as attempts,
        count(distinct case when is_answer then provider end) as provider_count,
        string_agg(distinct provider, ',' order by provider) as providers,
        min(case when is_answer then requested_at end) as first_seen_at,
        max(case when is_answer then requested_at end) as last_seen_at,
        max(case when outcome = 'out_of_range' then 1 else 0 end) = 1 as is_out_of_range,
        max(request_id) as newest_request_id
    from calls
    group by instrument_id, interval, opened_at

),

final as (

    select
        gaps.*,
        counted.provider_count,
        counted.providers,
        counted.first_seen_at,
        counted.last_seen_at,
        newest.outcome as newest_outcome,
        coalesce(counted.attempts, 0) as attempts,
        coalesce(counted.is_out_of_range, false) as is_out_of_range,
        coalesce(
            counted.provider_count > 1
            or counted.last_seen_at
            >= {{ add_minutes('counted.first_seen_at', var('gap_retry_minutes')) }},
            false
        ) as is_confirmed
    from gaps
    left join counted
        on gaps.instrument_id = counted.instrument_id
        and gaps.interval = counted.interval
        and gaps.opened_at = counted.opened_at
    left join calls as newest
        on counted.instrument_id = newest.instrument_id
        and counted.interval = newest.interval
        and counted.opened_at = newest.opened_at
        and counted.newest_request_id = newest.request_id

)

select * from final
