{% macro is_finite(expression) %}{{ return(adapter.dispatch('is_finite', 'tapehouse')(expression)) }}{% endmacro %}
{% macro default__is_finite(expression) -%}
    {{ expression }} not in ('NaN', 'Infinity', '-Infinity')
{%- endmacro %}
{% macro duckdb__is_finite(expression) %}isfinite({{ expression }}){% endmacro %}

{% macro round_significant(expression, digits) %}{{ return(adapter.dispatch('round_significant', 'tapehouse')(expression, digits)) }}{% endmacro %}
{% macro default__round_significant(expression, digits) -%}
    case
        when {{ expression }} = 0 then 0
        when {{ is_finite(expression) }}
            then cast(round(
                cast({{ expression }} as numeric),
                {{ digits }} - 1 - cast(floor(log(abs({{ expression }}))) as integer)
            ) as {{ f8() }})
    end
{%- endmacro %}
{% macro duckdb__round_significant(expression, digits) -%}
    case
        when {{ expression }} = 0 then 0
        when isfinite({{ expression }})
            then round(
                {{ expression }},
                {{ digits }} - 1 - cast(floor(log10(abs({{ expression }}))) as integer)
            )
    end
{%- endmacro %}

{% macro rounded(expression, digits) %}{{ return(adapter.dispatch('rounded', 'tapehouse')(expression, digits)) }}{% endmacro %}
{% macro default__rounded(expression, digits) %}{{ return('round(' ~ expression ~ ', ' ~ digits ~ ')') }}{% endmacro %}
{#- PostgreSQL rounds doubles to whole numbers alone. -#}
{% macro postgres__rounded(expression, digits) %}{{ return('round(cast(' ~ expression ~ ' as numeric), ' ~ digits ~ ')') }}{% endmacro %}

{% macro product_of(expression) %}{{ return(adapter.dispatch('product_of', 'tapehouse')(expression)) }}{% endmacro %}
{% macro default__product_of(expression) %}exp(sum(ln({{ expression }}))){% endmacro %}
{% macro duckdb__product_of(expression) %}product({{ expression }}){% endmacro %}

{% macro whole_division(dividend, divisor) %}{{ return(adapter.dispatch('whole_division', 'tapehouse')(dividend, divisor)) }}{% endmacro %}
{% macro default__whole_division(dividend, divisor) %}({{ dividend }} / {{ divisor }}){% endmacro %}
{% macro duckdb__whole_division(dividend, divisor) %}({{ dividend }} // {{ divisor }}){% endmacro %}
{% macro spark__whole_division(dividend, divisor) %}({{ dividend }} div {{ divisor }}){% endmacro %}

{% macro percent_change(value, base) -%}
    100 * cast({{ value }} - {{ base }} as {{ f8() }})
        / nullif(cast({{ base }} as {{ f8() }}), 0)
{%- endmacro %}

{#- The value beside the earliest, the latest instant, of those that are known. -#}
{% macro at_first(value, instant) %}{{ return(adapter.dispatch('at_first', 'tapehouse')(value, instant)) }}{% endmacro %}
{% macro default__at_first(value, instant) -%}
    (array_agg({{ value }} order by {{ instant }}) filter (where {{ value }} is not null))[1]
{%- endmacro %}
{% macro duckdb__at_first(value, instant) %}arg_min({{ value }}, {{ instant }}){% endmacro %}
{% macro spark__at_first(value, instant) -%}
    min_by({{ value }}, {{ instant }}) filter (where {{ value }} is not null)
{%- endmacro %}

{% macro at_last(value, instant) %}{{ return(adapter.dispatch('at_last', 'tapehouse')(value, instant)) }}{% endmacro %}
{% macro default__at_last(value, instant) -%}
    (array_agg({{ value }} order by {{ instant }} desc) filter (where {{ value }} is not null))[1]
{%- endmacro %}
{% macro duckdb__at_last(value, instant) %}arg_max({{ value }}, {{ instant }}){% endmacro %}
{% macro spark__at_last(value, instant) -%}
    max_by({{ value }}, {{ instant }}) filter (where {{ value }} is not null)
{%- endmacro %}
