{{ config(tags=['gaps']) }}

with

measured as (

    select * from {{ ref('int_freshness_measured') }}

),

targets as (

    select * from {{ ref('freshness_targets') }}

),

by_session as (

    select
        calendar,
        interval,
        session_date,
        cast(sum(expected_for) as bigint) as expected_for,
        cast(sum(fresh_for) as bigint) as fresh_for,
        count(*) as instruments
    from measured
    group by calendar, interval, session_date

),

summed as (

    select
        *,
        cast(sum(expected_for) over trailing_sessions as bigint) as trailing_expected,
        cast(sum(expected_for - fresh_for) over trailing_sessions as bigint) as trailing_stale
    from by_session
    window trailing_sessions as (
        partition by calendar, interval
        order by session_date
        rows between {{ var('slo_sessions') - 1 }} preceding and current row
    )

),

final as (

    select
        summed.calendar,
        summed.interval,
        summed.session_date,
        summed.instruments,
        {{ minutes_of('summed.expected_for') }} as expected_minutes,
        {{ minutes_of('summed.fresh_for') }} as fresh_minutes,
        cast(summed.fresh_for as {{ f8() }}) / summed.expected_for as share,
        targets.late_minutes,
        cast(targets.target_share as {{ f8() }}) as target_share,
        {{ minutes_of('(1 - targets.target_share) * summed.trailing_expected') }} as budget_minutes,
        {{ minutes_of('summed.trailing_stale') }} as spent_minutes,
        1 - summed.trailing_stale / nullif(
            cast((1 - targets.target_share) * summed.trailing_expected as {{ f8() }}), 0
        ) as budget_left
    from summed
    inner join targets on summed.interval = targets.interval

)

select * from final
