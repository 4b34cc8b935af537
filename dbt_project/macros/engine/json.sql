{% macro json_text(members) %}{{ return(adapter.dispatch('json_text', 'tapehouse')(members)) }}{% endmacro %}
{% macro default__json_text(members) -%}
    cast(json_build_object(
        {%- for name, value in members.items() -%}
        '{{ name }}', cast({{ value }} as varchar){{ ', ' if not loop.last }}
        {%- endfor -%}
    ) as varchar)
{%- endmacro %}
{% macro duckdb__json_text(members) -%}
    cast(json_object(
        {%- for name, value in members.items() -%}
        '{{ name }}', cast({{ value }} as varchar){{ ', ' if not loop.last }}
        {%- endfor -%}
    ) as varchar)
{%- endmacro %}

{% macro json_row(members) %}{{ return(adapter.dispatch('json_row', 'tapehouse')(members)) }}{% endmacro %}
{#- Numbers stay numbers. -#}
{% macro default__json_row(members) -%}
    cast(json_build_object({{ json_members(members) }}) as varchar)
{%- endmacro %}
{% macro duckdb__json_row(members) -%}
    cast(json_object({{ json_members(members) }}) as varchar)
{%- endmacro %}
{% macro json_members(members) -%}
    {%- for name, value in members.items() %}
            '{{ name }}', {{ value }}{{ ',' if not loop.last }}
    {%- endfor %}
        {%- endmacro %}
