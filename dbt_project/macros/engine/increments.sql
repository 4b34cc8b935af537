{% macro incremental_strategy(appends=false) %}{{ return(adapter.dispatch('incremental_strategy', 'tapehouse')(appends)) }}{% endmacro %}
{#- How an incremental model takes in what is new: rows in place of those of the same key,
    or beside all others where the model itself leaves out what it holds. -#}
{% macro default__incremental_strategy(appends) %}{{ return('append' if appends else 'delete+insert') }}{% endmacro %}
{% macro spark__incremental_strategy(appends) %}{{ return('append' if appends else 'insert_overwrite') }}{% endmacro %}
