{% macro default__get_unit_test_sql(main_sql, expected_fixture_sql, expected_column_names) -%}
    {#- dbt's own comparison, but of doubles to nine decimals: what was worked out by
        hand ends somewhere, and the last bits of a sum depend on its order. -#}
    {%- set doubles = [] -%}
    {%- for column in get_column_schema_from_query(main_sql) if column.dtype | lower in ['double', 'float'] -%}
        {%- do doubles.append(column.name | lower) -%}
    {%- endfor -%}
    {%- for origin in ['actual', 'expected'] %}
    select
        {%- for column in expected_column_names %}
        {{ rounded_double(column) if column | replace('"', '') | lower in doubles else column }} as {{ column }},
        {%- endfor %}
        '{{ origin }}' as actual_or_expected
    from ({{ main_sql if origin == 'actual' else expected_fixture_sql }}) as {{ origin }}_rows
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{% macro rounded_double(expression) %}{{ return(adapter.dispatch('rounded_double', 'tapehouse')(expression)) }}{% endmacro %}
{% macro default__rounded_double(expression) %}cast(round(cast({{ expression }} as numeric), 9) as {{ f8() }}){% endmacro %}
{#- Adding nought makes one of the two noughts of doubles. -#}
{% macro duckdb__rounded_double(expression) %}round({{ expression }}, 9) + 0{% endmacro %}
