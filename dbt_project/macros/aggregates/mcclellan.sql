{% macro mcclellan_averages() -%}
    {#- Of net advances as a share of those that moved, times 1,000; a day on
        which nothing moved counts as nought. Each begins with the plain mean, <name>_seed. -#}
    {%- set found = [] -%}
    {%- for name in ['fast', 'slow'] -%}
        {%- set window = var('mcclellan_' ~ name ~ '_window') -%}
        {%- do found.append({
            'name': name, 'average': 'coalesce(net_advances, 0)', 'alpha': 2 / (window + 1),
            'start': window,
        }) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{% macro mean_of_newest(value, day_count) -%}
    cast(
            sum(coalesce({{ value }}, 0)) over (
                order by date rows between {{ day_count - 1 }} preceding and current row
            ) as {{ f8() }}
        ) / {{ day_count }}
{%- endmacro %}

{% macro breadth_columns() -%}
    {%- set found = ['date', 'stock_count', 'advancers', 'decliners', 'unchanged', 'new_highs',
        'new_lows'] -%}
    {%- for window in var('breadth_windows') -%}
        {%- do found.append('share_above_sma_' ~ window) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}
