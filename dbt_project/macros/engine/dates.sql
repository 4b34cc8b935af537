{% macro add_days(date, count) %}{{ return(adapter.dispatch('add_days', 'tapehouse')(date, count)) }}{% endmacro %}
{% macro default__add_days(date, count) %}{{ date }} + cast({{ count }} as integer){% endmacro %}
{% macro spark__add_days(date, count) %}date_add({{ date }}, cast({{ count }} as integer)){% endmacro %}

{% macro days_between(first_date, last_date) %}{{ return(adapter.dispatch('days_between', 'tapehouse')(first_date, last_date)) }}{% endmacro %}
{% macro default__days_between(first_date, last_date) %}{{ last_date }} - {{ first_date }}{% endmacro %}
{% macro spark__days_between(first_date, last_date) %}datediff({{ last_date }}, {{ first_date }}){% endmacro %}
