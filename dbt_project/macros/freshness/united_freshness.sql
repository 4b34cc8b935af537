{% macro united_freshness(spans, expected) -%}
    {#- What is covered by several spans counts once: of each, what lies beyond all before it. -#}
reached as (

    select
        *,
        max(fresh_until) over (
            partition by instrument_id, interval, session_number
            order by fresh_from, fresh_until
            rows between unbounded preceding and 1 preceding
        ) as reached_before
    from {{ spans }}
    where fresh_until > fresh_from

),

united as (

    select
        instrument_id,
        interval,
        session_number,
        sum(
            greatest(fresh_until - greatest(fresh_from, coalesce(reached_before, fresh_from)), 0)
        ) as fresh_for
    from reached
    group by instrument_id, interval, session_number

),

final as (

    select
        {{ expected }}.instrument_id,
        {{ expected }}.calendar,
        {{ expected }}.interval,
        {{ expected }}.session_date,
        {{ expected }}.until_position - {{ expected }}.from_position as expected_for,
        cast(coalesce(united.fresh_for, 0) as bigint) as fresh_for
    from {{ expected }}
    left join united
        on {{ expected }}.instrument_id = united.instrument_id
        and {{ expected }}.interval = united.interval
        and {{ expected }}.session_number = united.session_number

)
{%- endmacro %}
