{% macro measured_bars(bars, plan) -%}
    {#- What is stored of the indicators of `bars` (of series_bars), level by level,
        as SQL for every engine. -#}
    {%- set exact = ['close', 'volume']
        + plan.inputs | selectattr('exact', 'defined') | map(attribute='name') | list -%}
    {%- set known = namespace(relation='entered', columns=entered_names(plan)) -%}
    with

    numbered as (

        {{ numbered_bars(bars ~ ' as bars') }}

    ),

    entered as (

        {{ entered_bars('numbered', plan) }}

    ),

    {%- for level in plan.levels if level %}
    {%- set here = 'level_' ~ loop.index -%}
    {%- set averages = level | selectattr('start', 'defined') | list -%}
    {%- set columns = level | rejectattr('start', 'defined') | list -%}
    {%- if columns %}

    {{ here }} as (

        select
            *,
            {%- for item in columns %}
            {{ level_column(item, exact) }}{{ "," if not loop.last }}
            {%- endfor %}
        from {{ known.relation }}

    ),
    {%- set known.relation = here -%}
    {%- set known.columns = known.columns + columns | map(attribute='name') | list -%}
    {%- endif -%}
    {%- if averages %}

    {{ here }}_seeded as (

        select
            *,
            {%- for average in averages %}
            {{ average_seed(average, exact) }}{{ "," if not loop.last }}
            {%- endfor %}
        from {{ known.relation }}

    ),

    {{ here }}_averaged as (

        {{ recursive_averages(here ~ '_seeded', ['instrument_id'], averages, known.columns) }}

    ),
    {%- set known.relation = here ~ '_averaged' -%}
    {%- set known.columns = known.columns + averages | map(attribute='name') | list -%}
    {%- endif -%}
    {%- endfor %}

    measured as (

        select
            {%- for column in stored_columns(plan) %}
            cast({{ column.source }} as {{ column.type }}) as {{ column.name }}
            {{- "," if not loop.last }}
            {%- endfor %}
        from {{ known.relation }}

    )

    select * from measured
{%- endmacro %}
