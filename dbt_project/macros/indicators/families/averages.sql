{% macro averages_family() -%}
    {#- Plain means and exponential averages of the close. -#}
    {%- set means = [] -%}
    {%- for window in var('sma_windows') -%}
        {%- do means.append({'name': 'sma_' ~ window, 'mean': 'close', 'over': window}) -%}
    {%- endfor -%}
    {%- set emas = [] -%}
    {%- for window in [var('ema_fast_window'), var('ema_slow_window')] -%}
        {%- do emas.append(exponential('ema_' ~ window, 'close', window)) -%}
    {%- endfor -%}
    {{ return({'levels': [means, emas], 'stored': means + emas, 'shown': means + emas}) }}
{%- endmacro %}
