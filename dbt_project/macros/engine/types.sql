{% macro f8() %}{{ return(adapter.dispatch('f8', 'tapehouse')()) }}{% endmacro %}
{% macro default__f8() %}{{ return('double precision') }}{% endmacro %}
{% macro duckdb__f8() %}{{ return('double') }}{% endmacro %}
{% macro spark__f8() %}{{ return('double') }}{% endmacro %}

{% macro safe_cast_to(expression, data_type) %}{{ return(adapter.dispatch('safe_cast_to', 'tapehouse')(expression, data_type)) }}{% endmacro %}
{% macro default__safe_cast_to(expression, data_type) %}{{ return('cast(' ~ expression ~ ' as ' ~ data_type ~ ')') }}{% endmacro %}
{% macro duckdb__safe_cast_to(expression, data_type) %}{{ return('try_cast(' ~ expression ~ ' as ' ~ data_type ~ ')') }}{% endmacro %}
{% macro spark__safe_cast_to(expression, data_type) %}{{ return('try_cast(' ~ expression ~ ' as ' ~ data_type ~ ')') }}{% endmacro %}

{% macro text_type() %}{{ return(adapter.dispatch('text_type', 'tapehouse')()) }}{% endmacro %}
{% macro default__text_type() %}{{ return('varchar') }}{% endmacro %}
{% macro spark__text_type() %}{{ return('string') }}{% endmacro %}

{% macro row_text(relation) %}{{ return(adapter.dispatch('row_text', 'tapehouse')(relation)) }}{% endmacro %}
{% macro default__row_text(relation) %}{{ return('cast(' ~ relation ~ ' as ' ~ text_type() ~ ')') }}{% endmacro %}
{% macro spark__row_text(relation) %}{{ return('cast(struct(' ~ relation ~ '.*) as ' ~ text_type() ~ ')') }}{% endmacro %}

{% macro decimal_type(digits, decimals) %}{{ return('decimal(' ~ digits ~ ', ' ~ decimals ~ ')') }}{% endmacro %}
{% macro price_type() %}{{ return(decimal_type(18, 8)) }}{% endmacro %}
{% macro volume_type() %}{{ return(decimal_type(24, 8)) }}{% endmacro %}
{% macro total_type() %}{{ return(decimal_type(38, 8)) }}{% endmacro %}
{% macro log_type() %}{{ return(decimal_type(18, 12)) }}{% endmacro %}
{% macro score_type() %}{{ return(decimal_type(3, 2)) }}{% endmacro %}

{% macro engine_type(data_type) %}{{ return(adapter.dispatch('engine_type', 'tapehouse')(data_type)) }}{% endmacro %}
{#- Columns are declared in DuckDB's types; this is what another engine calls them. -#}
{% macro default__engine_type(data_type) %}{{ return({
    'double': f8(), 'varchar': text_type(), 'hugeint': decimal_type(38, 0),
}.get(data_type | lower, data_type)) }}{% endmacro %}
{% macro duckdb__engine_type(data_type) %}{{ return(data_type) }}{% endmacro %}

{% macro max_bigint() %}{{ return('9223372036854775807') }}{% endmacro %}
