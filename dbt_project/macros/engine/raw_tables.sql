{% macro create_raw_tables() %}
    {%- if execute -%}
    create schema if not exists raw;
    {%- for table in graph.sources.values()
        | selectattr("source_name", "equalto", "raw") | sort(attribute="name") %}
    create table if not exists raw.{{ table.name }} (
        {%- for column in table.columns.values() %}
        {{ adapter.quote(column.name) }} {{ engine_type(column.data_type) }}{{ "," if not loop.last }}
        {%- endfor %}
    );
    {%- endfor -%}
    {%- endif -%}
{% endmacro %}
