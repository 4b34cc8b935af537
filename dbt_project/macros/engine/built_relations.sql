{% materialization view, adapter='duckdb' %}
    {#- One statement where dbt's own takes a temporary view, two renamings and a
        removal: replacing a view is one step, and a project is mostly views. -#}
    {%- set relation = this.incorporate(type='view') -%}
    {%- set existing = load_cached_relation(this) -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- if existing is not none and existing.type != 'view' %}
    {%- do adapter.drop_relation(existing) %}
    {%- endif %}
    {%- set columns = columns_built(sql) -%}
    {%- call statement('main') %}
    {%- if config.get('contract').enforced and columns | length == model.columns | length %}
    {{ get_assert_columns_equivalent(sql) }}
    {%- endif %}
    create or replace view {{ relation }} as (
        {{ sql }}
    );
    {%- endcall %}
    {%- do persist_docs(relation, dict(model, columns=columns)) %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- do adapter.commit() %}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [relation]}) }}
{% endmaterialization %}

{% macro columns_built(sql) -%}
    {#- Where the columns follow vars, those that are described and built: other windows
        have other names, which no contract can know. -#}
    {%- if not (config.get('meta') or {}).get('columns_follow_vars') -%}
        {{ return(model.columns) }}
    {%- endif -%}
    {%- set built = get_column_schema_from_query(sql) | map(attribute='name') | list -%}
    {%- set found = {} -%}
    {%- for name, column in model.columns.items() if name in built -%}
        {%- do found.update({name: column}) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{% macro duckdb__alter_column_comment(relation, column_dict) -%}
    {#- Without asking which columns there are: contracts and seeds hold them. -#}
    {%- for name, column in column_dict.items() %}
    comment on column {{ relation }}.{{ adapter.quote(name) }}
    is {{ duckdb_escape_comment(column.description) }};
    {%- endfor %}
{%- endmacro %}
