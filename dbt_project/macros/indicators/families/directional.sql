{% macro directional_family() -%}
    {#- Wilder's movement index. TA-Lib seeds its sums with one change less than
        the window has bars, so they stand apart from those of the ATR. -#}
    {%- set window = var('adx_window') -%}
    {%- set averages = [] -%}
    {%- for value in ['up_move', 'down_move', 'moved_range'] -%}
        {%- do averages.append({
            'name': 'average_' ~ value, 'average': value, 'alpha': 1 / window,
            'start': window, 'over': window - 1, 'divisor': window,
        }) -%}
    {%- endfor -%}
    {%- set adx = wilder('adx_' ~ window, 'directional_index', window, window + 1) -%}
    {%- set known = 'case when bar_number > ' ~ window ~ ' then ' -%}
    {%- set share = ' / nullif(average_moved_range, 0), 0) end' -%}
    {{ return({
        'inputs': [
            {'name': 'up_move', 'exact': true, 'is': directional_move('high - previous_high', 'previous_low - low')},
            {'name': 'down_move', 'exact': true, 'is': directional_move('previous_low - low', 'high - previous_high')},
            {'name': 'moved_range', 'exact': true, 'is': 'case when previous_close is not null'
                ~ ' then greatest(high, previous_close) - least(low, previous_close) end'},
        ],
        'levels': [[], averages, [{
            'name': 'directional_index',
            'is': known ~ 'coalesce(100 * abs(average_up_move - average_down_move)'
                ~ ' / nullif(average_up_move + average_down_move, 0), 0) end',
        }], [adx]],
        'stored': averages + [adx],
        'shown': [
            {'name': 'plus_di_' ~ window, 'is': known ~ 'coalesce(100 * average_up_move' ~ share},
            {'name': 'minus_di_' ~ window, 'is': known ~ 'coalesce(100 * average_down_move' ~ share},
            adx,
        ],
    }) }}
{%- endmacro %}

{% macro directional_move(move, opposite) -%}
    {{ return(
        'case when ' ~ move ~ ' > 0 and ' ~ move ~ ' > ' ~ opposite ~ ' then ' ~ move
        ~ ' when previous_close is not null then 0 end'
    ) }}
{%- endmacro %}
