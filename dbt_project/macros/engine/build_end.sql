{% macro tell_build_ended(results) %}
    {#- The plugin of profiles.yml gives this function; it publishes when a plain `dbt build` passed. -#}
    {%- if execute and target.type == 'duckdb' and target.path != ':memory:' -%}
        {%- set bad = results | selectattr('status', 'in', ['error', 'fail', 'runtime error']) | list -%}
        select tapehouse_build_ended({{ 'true' if flags.WHICH == 'build' and not bad else 'false' }})
    {%- endif -%}
{% endmacro %}
