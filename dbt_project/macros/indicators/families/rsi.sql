{% macro rsi_family() -%}
    {#- A series that never moved has TA-Lib's 0; TradingView calls it 100. -#}
    {%- set window = var('rsi_window') -%}
    {%- set gains = wilder('average_gain', 'gain', window) -%}
    {%- set losses = wilder('average_loss', 'loss', window) -%}
    {{ return({
        'inputs': [
            {'name': 'gain', 'exact': true, 'is': difference_if('close > previous_close', 'close', 'previous_close')},
            {'name': 'loss', 'exact': true, 'is': difference_if('close < previous_close', 'previous_close', 'close')},
        ],
        'levels': [[], [gains, losses]],
        'stored': [gains, losses],
        'shown': [{
            'name': 'rsi_' ~ window,
            'is': 'case when average_gain + average_loss = 0 then '
                ~ ('100' if is_tradingview() else '0')
                ~ ' else 100 * (average_gain / (average_gain + average_loss)) end',
        }],
    }) }}
{%- endmacro %}

{% macro difference_if(condition, value, base) -%}
    {#- Null on a first bar, which has nothing before it. -#}
    {{ return(
        'case when ' ~ condition ~ ' then ' ~ value ~ ' - ' ~ base
        ~ ' when previous_close is not null then 0 end'
    ) }}
{%- endmacro %}
