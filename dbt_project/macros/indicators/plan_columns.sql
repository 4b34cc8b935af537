{% macro bar_keys() -%}
    {#- What a bar brings along unchanged. -#}
    {{ return(['instrument_id', 'date', 'opened_at', 'is_partial', 'known_seq']) }}
{%- endmacro %}

{% macro entered_columns(plan) -%}
    {#- Columns of the bars that the plan names anywhere, and what its families enter. -#}
    {%- set found = [{'name': 'close', 'is': 'close', 'exact': true}] -%}
    {%- set named = tojson([plan.levels, plan.stored, plan.shown]) -%}
    {%- for name in ['high', 'low', 'volume', 'bars_a_year'] -%}
        {%- if modules.re.search('\\b' ~ name ~ '(_exact)?\\b', named) -%}
            {%- do found.append({'name': name, 'is': name}) -%}
            {%- if name == 'volume' %}{% do found[-1].update({'exact': true}) %}{% endif -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found + plan.inputs) }}
{%- endmacro %}

{% macro entered_names(plan) -%}
    {%- set found = bar_keys() + ['bar_number'] -%}
    {%- for column in entered_columns(plan) -%}
        {%- do found.append(column.name) -%}
        {%- if column.exact %}{% do found.append(column.name ~ '_exact') %}{% endif -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{% macro stored_columns(plan) -%}
    {%- set found = [] -%}
    {%- for name, type in [
        ('instrument_id', 'bigint'), ('date', 'date'), ('opened_at', 'timestamp'),
        ('bar_number', 'bigint'), ('close', price_type()), ('is_partial', 'boolean'),
        ('known_seq', 'bigint'),
    ] -%}
        {%- do found.append({'name': name, 'type': type,
            'source': 'close_exact' if name == 'close' else name}) -%}
    {%- endfor -%}
    {%- for item in plan.stored -%}
        {%- do found.append({'name': item.name, 'type': item.get('type', f8()),
            'source': item.get('source', item.name)}) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}
