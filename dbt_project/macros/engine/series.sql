{% macro series_materialization() %}{{ return(adapter.dispatch('series_materialization', 'tapehouse')()) }}{% endmacro %}
{% macro default__series_materialization() %}{{ return('table') }}{% endmacro %}
{% macro duckdb__series_materialization() %}{{ return('series') }}{% endmacro %}

{% materialization series, adapter='duckdb' %}
    {#- Indicators of many series: DuckDB lets the kernel of warehouse/series compute
        the same plan that other engines get as SQL, from the first changed bar on. -#}
    {%- set relation = this.incorporate(type='table') -%}
    {%- set existing = load_cached_relation(this) -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- set interval = config.get('series_interval') or indicator_interval() -%}
    {%- set mark = 0 -%}
    {%- if existing is not none and existing.type == 'table' and not should_full_refresh() -%}
        {%- set mark = stored_mark(series_settings(interval)) -%}
    {%- endif -%}
    {%- call statement('main') %}
    select {{ mark }} as built_to_file_seq
    {%- endcall %}
    {%- do adapter.store_relation('series', relation, [], '', '', {
        'begun': mark > 0, 'plan': series_plan(relation, interval, mark),
    }) %}
    {%- if not mark %}
    {%- do persist_docs(relation, model) %}
    {%- endif %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- do adapter.commit() %}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [relation]}) }}
{% endmaterialization %}

