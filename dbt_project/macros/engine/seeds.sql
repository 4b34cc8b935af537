{#- dbt keeps a seed's table and would load the rows of a newer release into the columns of an
    older one; here a seed whose columns have changed is made anew. -#}
{% macro default__reset_csv_table(model, full_refresh, old_relation, agate_table) %}
    {%- set held = adapter.get_columns_in_relation(old_relation) | map(attribute='name') | list -%}
    {%- if full_refresh or held != agate_table.column_names | list -%}
        {%- do adapter.drop_relation(old_relation) -%}
        {{ return(create_csv_table(model, agate_table)) }}
    {%- endif -%}
    {%- do adapter.truncate_relation(old_relation) -%}
    {{ return('truncate table ' ~ old_relation.render()) }}
{% endmacro %}
