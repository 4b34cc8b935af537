{{ config(tags=['gaps']) }}

with

sessions as (

    select * from {{ ref('int_sessions_completed') }}

),

gaps as (

    select * from {{ ref('bar_gaps') }}

),

universe as (

    select * from {{ ref('int_universe_combined') }}

),

counted as (

    select
        instrument_id,
        session_date,
        sum(expected) as expected,
        sum(held) as held
    from sessions
    group by instrument_id, session_date

),

gaps_counted as (

    select
        instrument_id,
        session_date,
        sum(case when state in ('open', 'retrying') then 1 else 0 end) as missing,
        sum(case when state not in ('open', 'retrying') then 1 else 0 end) as excused
    from gaps
    where state <> 'healed'
    group by instrument_id, session_date

),

final as (

    select
        counted.instrument_id,
        universe.symbol,
        counted.session_date,
        cast(counted.expected as bigint) as expected,
        cast(counted.held as bigint) as held,
        cast(coalesce(gaps_counted.excused, 0) as bigint) as excused,
        cast(coalesce(gaps_counted.missing, 0) as bigint) as missing,
        cast(counted.held as {{ f8() }}) / cast(counted.expected as {{ f8() }}) as share
    from counted
    inner join universe on counted.instrument_id = universe.instrument_id
    left join gaps_counted
        on counted.instrument_id = gaps_counted.instrument_id
        and counted.session_date = gaps_counted.session_date

)

select * from final
