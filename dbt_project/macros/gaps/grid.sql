{% macro whole_numbers(count) %}{{ return(adapter.dispatch('whole_numbers', 'tapehouse')(count)) }}{% endmacro %}
{% macro default__whole_numbers(count) %}select number from generate_series(0, {{ count - 1 }}) as numbers (number){% endmacro %}
{% macro duckdb__whole_numbers(count) %}select number from range({{ count }}) as numbers (number){% endmacro %}
{% macro spark__whole_numbers(count) %}select id as number from range({{ count }}){% endmacro %}

{% macro bars_between(starts_at, ends_at, interval, whole_only) -%}
    {#- How many bars begin in a span that is anchored at its start; the last
        may be cut short by the span's end unless only whole ones count. -#}
    {%- set length = 'cast(60000000 as bigint) * ' ~ interval_minutes(interval) -%}
    {%- set span = microseconds(ends_at) ~ ' - ' ~ microseconds(starts_at) -%}
    {{ whole_division(
        '(' ~ span ~ ('' if whole_only else ' + (' ~ length ~ ') - 1') ~ ')', '(' ~ length ~ ')'
    ) }}
{%- endmacro %}

{% macro window_edge(work_unit, which) %}{{ return(adapter.dispatch('window_edge', 'tapehouse')(work_unit, which)) }}{% endmacro %}
{#- A unit's name ends in its window: .../20260311T1330-20260311T2000. -#}
{% macro default__window_edge(work_unit, which) -%}
    to_timestamp(
        left(right({{ work_unit }}, {{ 27 if which == 'start' else 13 }}), 13), 'YYYYMMDD"T"HH24MI'
    )
{%- endmacro %}
{% macro duckdb__window_edge(work_unit, which) -%}
    try_strptime(
        left(right({{ work_unit }}, {{ 27 if which == 'start' else 13 }}), 13), '%Y%m%dT%H%M'
    )
{%- endmacro %}

{% macro session_parts(sessions) -%}
    {#- Each unbroken part of each session with the number of bars in it that had
        closed at the horizon; a day's bar spans the break. -#}
    {%- for part in ['before the break', 'after the break'] %}
    {%- set ends_at = "closes_at" if loop.last else
        "case when interval = '1d' then closes_at else coalesce(break_starts_at, closes_at) end" %}
    {%- set starts_at = 'break_ends_at' if loop.last else 'opens_at' %}
    select
        instrument_id,
        interval,
        session_date,
        {{ starts_at }} as starts_at,
        {{ ends_at }} as ends_at,
        case
            when {{ ends_at }} <= horizon_at
                then {{ bars_between(starts_at, ends_at, 'interval', false) }}
            when interval = '1d' or horizon_at < {{ starts_at }} then 0
            else {{ bars_between(starts_at, 'horizon_at', 'interval', true) }}
        end as bar_count
    from {{ sessions }}
    {%- if loop.last %}
    where break_ends_at is not null and interval <> '1d'
    {%- else %}

    union all
    {% endif %}
    {%- endfor %}
{%- endmacro %}
