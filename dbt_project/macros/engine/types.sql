{% macro f8() %}{{ return(adapter.dispatch('f8', 'tapehouse')()) }}{% endmacro %}
{% macro default__f8() %}{{ return('double precision') }}{% endmacro %}
{% macro duckdb__f8() %}{{ return('double') }}{% endmacro %}
{% macro spark__f8() %}{{ return('double') }}{% endmacro %}

{% macro safe_cast_to(expression, data_type) %}{{ return(adapter.dispatch('safe_cast_to', 'tapehouse')(expression, data_type)) }}{% endmacro %}
{% macro default__safe_cast_to(expression, data_type) %}{{ return('cast(' ~ expression ~ ' as ' ~ data_type ~ ')') }}{% endmacro %}
{% macro duckdb__safe_cast_to(expression, data_type) %}{{ return('try_cast(' ~ expression ~ ' as ' ~ data_type ~ ')') }}{% endmacro %}
{% macro spark__safe_cast_to(expression, data_type) %}{{ return('try_cast(' ~ expression ~ ' as ' ~ data_type ~ ')') }}{% endmacro %}

{% macro price_type() %}{{ return('decimal(18, 8)') }}{% endmacro %}
{% macro volume_type() %}{{ return('decimal(24, 8)') }}{% endmacro %}

{% macro max_bigint() %}{{ return('9223372036854775807') }}{% endmacro %}
