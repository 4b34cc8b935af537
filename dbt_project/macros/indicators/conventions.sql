{% macro is_tradingview() -%}
    {%- set convention = var('indicator_convention') -%}
    {%- if convention not in ('talib', 'tradingview') -%}
        {{ exceptions.raise_compiler_error(
            "indicator_convention is '" ~ convention ~ "': it can be talib or tradingview"
        ) }}
    {%- endif -%}
    {{ return(convention == 'tradingview') }}
{%- endmacro %}

{% macro indicator_interval() -%}
    {%- set interval = var('indicator_interval') -%}
    {%- if interval not in ('1m', '5m', '15m', '1h') -%}
        {{ exceptions.raise_compiler_error(
            "indicator_interval is '" ~ interval ~ "': it can be 1m, 5m, 15m or 1h"
        ) }}
    {%- endif -%}
    {{ return(interval) }}
{%- endmacro %}

{% macro exponential(name, value, window, start=none) -%}
    {#- TA-Lib begins with the plain mean of a full window, TradingView with the first value. -#}
    {%- set by_talib = {
        'name': name, 'average': value, 'alpha': 2 / (window + 1),
        'start': start or window, 'over': window, 'divisor': window,
    } -%}
    {%- set by_tradingview = {
        'name': name, 'average': value, 'alpha': 2 / (window + 1),
        'start': 1, 'over': 1, 'divisor': 1,
    } -%}
    {{ return(by_tradingview if is_tradingview() else by_talib) }}
{%- endmacro %}

{% macro wilder(name, value, window, first=2) -%}
    {#- Begins with the plain mean of the window's values, the first of which is at bar `first`. -#}
    {{ return({
        'name': name, 'average': value, 'alpha': 1 / window,
        'start': first + window - 1, 'over': window, 'divisor': window,
    }) }}
{%- endmacro %}
