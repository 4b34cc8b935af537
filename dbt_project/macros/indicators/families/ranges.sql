{% macro ranges_family() -%}
    {#- Average true range, and the channels of Keltner and Donchian. -#}
    {%- set window = var('atr_window') -%}
    {%- set keltner = var('keltner_window') -%}
    {%- set donchian = var('donchian_window') -%}
    {#- TradingView gives the first bar its high less its low. -#}
    {%- set first = 1 if is_tradingview() else 2 -%}
    {%- set atr = wilder('atr_' ~ window, 'true_range', window, first) -%}
    {%- set keltner_middle = exponential('ema_' ~ keltner, 'close', keltner) -%}
    {%- set keltner_range = wilder(
        'atr_' ~ var('keltner_atr_window'), 'true_range', var('keltner_atr_window'), first
    ) -%}
    {%- set reach = var('keltner_ranges') ~ ' * ' ~ keltner_range.name -%}
    {%- set upper = {'name': 'donchian_upper', 'highest': 'high', 'over': donchian} -%}
    {%- set lower = {'name': 'donchian_lower', 'lowest': 'low', 'over': donchian} -%}
    {{ return({
        'inputs': [{
            'name': 'true_range', 'exact': true,
            'is': 'case when previous_close is not null'
                ~ ' then greatest(high, previous_close) - least(low, previous_close)'
                ~ (' else high - low' if is_tradingview() else '') ~ ' end',
        }],
        'levels': [[upper, lower], [atr, keltner_middle, keltner_range]],
        'stored': [atr, keltner_middle, keltner_range, upper, lower],
        'shown': [
            atr,
            {'name': 'keltner_upper', 'is': keltner_middle.name ~ ' + ' ~ reach},
            {'name': 'keltner_middle', 'is': keltner_middle.name},
            {'name': 'keltner_lower', 'is': keltner_middle.name ~ ' - ' ~ reach},
            upper,
            {'name': 'donchian_middle', 'is': '(donchian_upper + donchian_lower) / 2'},
            lower,
        ],
    }) }}
{%- endmacro %}
