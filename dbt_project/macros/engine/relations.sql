{% macro ref() %}
    {#- The catalog name stays out of views, so that they live on in a copy of
        the warehouse that carries another file name. -#}
    {%- set relation = builtins.ref(*varargs, **kwargs) -%}
    {{ return(relation.include(database=false)) }}
{% endmacro %}

{% macro source(source_name, table_name) %}
    {{ return(builtins.source(source_name, table_name).include(database=false)) }}
{% endmacro %}

{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ target.schema if custom_schema_name is none else custom_schema_name | trim }}
{%- endmacro %}
