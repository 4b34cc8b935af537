{{ config(materialized='table') }}

with

parts as (

    select * from {{ ref('int_session_parts_expected') }}

),

bars as (

    select * from {{ ref('int_bars_first_known') }}

),

wanted as (

    select * from {{ ref('int_intervals_wanted') }}

),

expected as (

    select
        instrument_id,
        interval,
        session_date,
        sum(bar_count) as expected
    from parts
    group by instrument_id, interval, session_date

),

held as (

    select
        bars.instrument_id,
        bars.interval,
        bars.session_date,
        count(*) as held
    from bars
    inner join wanted
        on bars.instrument_id = wanted.instrument_id
        and bars.interval = wanted.interval
        and bars.closed_at <= wanted.horizon_at
    group by bars.instrument_id, bars.interval, bars.session_date

),

final as (

    select
        expected.instrument_id,
        expected.interval,
        expected.session_date,
        cast(expected.expected as bigint) as expected,
        cast(coalesce(held.held, 0) as bigint) as held
    from expected
    left join held
        on expected.instrument_id = held.instrument_id
        and expected.interval = held.interval
        and expected.session_date = held.session_date

)

select * from final
