{% macro bands_family() -%}
    {#- Bollinger's bands: the deviation is that of the population. -#}
    {%- set window = var('band_window') -%}
    {%- set middle = 'sma_' ~ window -%}
    {%- set reach = var('band_deviations') ~ ' * band_deviation' -%}
    {%- set mean = {'name': middle, 'mean': 'close', 'over': window} -%}
    {%- set deviation = {'name': 'band_deviation', 'deviation': 'close', 'over': window} -%}
    {{ return({
        'levels': [[mean, deviation]],
        'stored': [mean, deviation],
        'shown': [
            {'name': 'bb_upper', 'is': middle ~ ' + ' ~ reach},
            {'name': 'bb_middle', 'is': middle},
            {'name': 'bb_lower', 'is': middle ~ ' - ' ~ reach},
            {'name': 'bb_width', 'is': '2 * ' ~ reach ~ ' / nullif(' ~ middle ~ ', 0)'},
            {'name': 'bb_position', 'is': '(cast(close as ' ~ f8() ~ ') - ' ~ middle ~ ' + ' ~ reach
                ~ ') / nullif(2 * ' ~ reach ~ ', 0)'},
        ],
    }) }}
{%- endmacro %}
