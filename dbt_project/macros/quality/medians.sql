{% macro median_of(expression) %}{{ return(adapter.dispatch('median_of', 'tapehouse')(expression)) }}{% endmacro %}
{% macro default__median_of(expression) %}percentile_cont(0.5) within group (order by {{ expression }}){% endmacro %}
{% macro duckdb__median_of(expression) %}median({{ expression }}){% endmacro %}

{% macro moving_median(expression, window_name) %}{{ return(adapter.dispatch('moving_median', 'tapehouse')(expression, window_name)) }}{% endmacro %}
{#- Engines without a median over a window take the mean, which outliers move. -#}
{% macro default__moving_median(expression, window_name) %}avg({{ expression }}) over {{ window_name }}{% endmacro %}
{% macro duckdb__moving_median(expression, window_name) %}median({{ expression }}) over {{ window_name }}{% endmacro %}

{% macro log_ratio(value, base) -%}
    {#- Rounded, so that what windows make of it does not depend on their start. -#}
    {%- set ratio = 'nullif(cast(' ~ value ~ ' as ' ~ f8() ~ '), 0) / nullif(cast(' ~ base ~ ' as '
        ~ f8() ~ '), 0)' %}
    cast({{ rounded('ln(' ~ ratio ~ ')', 12) }} as {{ log_type() }})
{%- endmacro %}
