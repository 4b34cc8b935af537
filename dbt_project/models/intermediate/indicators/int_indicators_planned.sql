{{ config(tags=['indicators']) }}

{%- set plan = indicator_plan() -%}
{%- set told = tojson({
    'entered': entered_columns(plan),
    'levels': plan.levels,
    'stored': stored_columns(plan),
    'shown': plan.shown,
}) %}

select cast('{{ told | replace("'", "''") }}' as {{ text_type() }}) as plan
