{{ config(materialized='table') }}

with

spans as (

    select * from {{ ref('int_freshness_spans') }}

),

expected as (

    select * from {{ ref('int_freshness_watched') }}

),

numbers as (

    {{ whole_numbers(3) }}

),

-- A bar is fresh in its own session, in the next and, where lateness is allowed, in the one after.
clipped as (

    select
        expected.instrument_id,
        expected.interval,
        expected.session_number,
        greatest(spans.fresh_from, expected.from_position) as fresh_from,
        least(spans.fresh_until, expected.until_position) as fresh_until
    from spans
    cross join numbers
    inner join expected
        on spans.instrument_id = expected.instrument_id
        and spans.interval = expected.interval
        and spans.session_number + numbers.number = expected.session_number
    where spans.fresh_until > spans.fresh_from

),

{{ united_freshness('clipped', 'expected') }}

select * from final
