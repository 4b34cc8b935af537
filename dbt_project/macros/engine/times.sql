{% macro local_date(instant, time_zone) %}{{ return(adapter.dispatch('local_date', 'tapehouse')(instant, time_zone)) }}{% endmacro %}
{% macro default__local_date(instant, time_zone) -%}
    cast(timezone({{ time_zone }}, timezone('UTC', {{ instant }})) as date)
{%- endmacro %}
{% macro spark__local_date(instant, time_zone) -%}
    cast(from_utc_timestamp({{ instant }}, {{ time_zone }}) as date)
{%- endmacro %}

{% macro known_time_zones() %}{{ return(adapter.dispatch('known_time_zones', 'tapehouse')()) }}{% endmacro %}
{% macro default__known_time_zones() %}select name from pg_timezone_names{% endmacro %}
{% macro duckdb__known_time_zones() %}select name from pg_timezone_names(){% endmacro %}

{% macro add_minutes(instant, minutes) -%}
    {{ instant }} + {{ minutes }} * interval '1 minute'
{%- endmacro %}

{% macro interval_minutes(expression) -%}
    case {{ expression }}
        when '1m' then 1
        when '5m' then 5
        when '15m' then 15
        when '1h' then 60
        when '1d' then 1440
    end
{%- endmacro %}

{% macro microseconds(instant) %}{{ return(adapter.dispatch('microseconds', 'tapehouse')(instant)) }}{% endmacro %}
{% macro default__microseconds(instant) %}cast(extract(epoch from {{ instant }}) * 1000000 as bigint){% endmacro %}
{% macro duckdb__microseconds(instant) %}epoch_us({{ instant }}){% endmacro %}

{% macro from_microseconds(expression) %}{{ return(adapter.dispatch('from_microseconds', 'tapehouse')(expression)) }}{% endmacro %}
{#- The instant so many microseconds after 1970 began. -#}
{% macro default__from_microseconds(expression) -%}
    timestamp '1970-01-01 00:00:00' + {{ expression }} * interval '1 microsecond'
{%- endmacro %}
{% macro duckdb__from_microseconds(expression) %}make_timestamp({{ expression }}){% endmacro %}

{% macro seconds_between(started_at, ended_at) -%}
    cast({{ microseconds(ended_at) }} - {{ microseconds(started_at) }} as {{ f8() }}) / 1000000
{%- endmacro %}

{% macro bar_end(bars, daily_closes_at, intraday) -%}
    case
        when {{ bars }}.interval = '1d' then {{ daily_closes_at }}
        else least(
            {{ add_minutes(bars ~ '.stamped_at', interval_minutes(bars ~ '.interval')) }},
            case
                when {{ bars }}.stamped_at < {{ intraday }}.break_starts_at
                    then {{ intraday }}.break_starts_at
                else {{ intraday }}.closes_at
            end
        )
    end
{%- endmacro %}

{% macro stamp_in(payload) %}{{ return(adapter.dispatch('stamp_in', 'tapehouse')(payload)) }}{% endmacro %}
{#- The stamp of a row that was kept as text; no JSON, as it may hold a NaN. -#}
{% macro default__stamp_in(payload) -%}
    timezone('UTC', to_timestamp(
        cast(substring({{ payload }} from '"timestamp": ([0-9]{1,11})') as {{ f8() }})
    ))
{%- endmacro %}
{% macro duckdb__stamp_in(payload) -%}
    make_timestamp(
            1000000 * try_cast(regexp_extract({{ payload }}, '"timestamp": ([0-9]{1,11})', 1) as bigint)
        )
{%- endmacro %}
