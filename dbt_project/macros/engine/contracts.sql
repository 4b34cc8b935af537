{% macro postgres__cast(field, type) %}cast({{ field }} as {{ engine_type(type) }}){% endmacro %}

{% macro postgres__get_assert_columns_equivalent(sql) -%}
    {%- if columns_built(sql) | length == model.columns | length -%}
        {{ return(assert_columns_equivalent(sql)) }}
    {%- endif -%}
{%- endmacro %}

{% macro postgres__get_table_columns_and_constraints() -%}
    {%- set declared = {} -%}
    {%- for name, column in model.columns.items() -%}
        {%- do declared.update({name: dict(column, data_type=engine_type(column.data_type))}) -%}
    {%- endfor %}
    ({{ adapter.render_raw_columns_constraints(raw_columns=declared) | join(', ') }})
{%- endmacro %}
