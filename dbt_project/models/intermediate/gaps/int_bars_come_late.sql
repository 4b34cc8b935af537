with

bars as (

    select * from {{ ref('int_bars_first_known') }}

),

spans as (

    select * from {{ ref('int_spans_asked') }}

),

-- From where to where the runs before had asked.
spans_before as (

    select
        instrument_id,
        interval,
        run_id,
        min(asked_from_at) over earlier as asked_from_at,
        max(asked_until_at) over earlier as asked_until_at
    from spans
    window earlier as (
        partition by instrument_id, interval
        order by run_id
        rows between unbounded preceding and 1 preceding
    )

),

final as (

    select bars.*
    from bars
    inner join spans_before
        on bars.instrument_id = spans_before.instrument_id
        and bars.interval = spans_before.interval
        and bars.first_run_id = spans_before.run_id
    where
        bars.opened_at >= spans_before.asked_from_at
        and bars.closed_at <= spans_before.asked_until_at

)

select * from final
