with

bars as (

    select * from {{ ref('int_bars_first_known') }}

),

calls as (

    select * from {{ ref('int_bars_asked') }}

),

runs as (

    select
        instrument_id,
        interval,
        run_id,
        asked_from_at,
        least(asked_until_at, requested_at) as asked_until_at
    from calls

    union all

    select distinct
        instrument_id,
        interval,
        first_run_id as run_id,
        cast(null as timestamp) as asked_from_at,
        cast(null as timestamp) as asked_until_at
    from bars

),

final as (

    select
        instrument_id,
        interval,
        run_id,
        min(asked_from_at) as asked_from_at,
        max(asked_until_at) as asked_until_at
    from runs
    group by instrument_id, interval, run_id

)

select * from final
