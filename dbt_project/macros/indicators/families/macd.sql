{% macro macd_family() -%}
    {#- TA-Lib begins the fast average beside the slow one, and the line is not
        shown before its signal. -#}
    {%- set slow = var('ema_slow_window') -%}
    {%- set signal = var('macd_signal_window') -%}
    {%- set ema_slow = exponential('ema_' ~ slow, 'close', slow) -%}
    {%- set macd_fast = exponential('macd_fast', 'close', var('ema_fast_window'), slow) -%}
    {%- set macd_signal = exponential('macd_signal', 'macd_line', signal, slow + signal - 1) -%}
    {%- set line = 'macd_fast - ema_' ~ slow -%}
    {{ return({
        'levels': [[], [ema_slow, macd_fast], [{'name': 'macd_line', 'is': line}], [macd_signal]],
        'stored': [ema_slow, macd_fast, macd_signal],
        'shown': [
            {'name': 'macd_line', 'is': 'case when macd_signal is not null then ' ~ line ~ ' end'},
            {'name': 'macd_signal'},
            {'name': 'macd_histogram', 'is': line ~ ' - macd_signal'},
        ],
    }) }}
{%- endmacro %}
