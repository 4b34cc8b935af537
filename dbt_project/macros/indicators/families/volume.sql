{% macro volume_family() -%}
    {#- On-balance volume, money flow, and means of the price weighted by volume. -#}
    {%- set flow = var('mfi_window') -%}
    {%- set window = var('vwap_window') -%}
    {%- set obv = {'name': 'running_obv', 'running_total': 'signed_volume', 'type': total_type()} -%}
    {%- set mfi = 'mfi_' ~ flow -%}
    {%- set vwap = 'vwap_' ~ window -%}
    {{ return({
        'inputs': [
            {'name': 'signed_volume', 'exact': true, 'is': 'cast(coalesce(case'
                ~ ' when close < previous_close then -volume'
                ~ ' when close = previous_close then 0 else volume end, 0) as ' ~ total_type() ~ ')'},
            {'name': 'rising_flow', 'is': money_flow('>')},
            {'name': 'falling_flow', 'is': money_flow('<')},
            {'name': 'turnover', 'is': 'cast(high + low + close as ' ~ f8() ~ ') / 3'
                ~ ' * cast(volume as ' ~ f8() ~ ')'},
        ],
        'levels': [
            [
                obv,
                {'name': 'rising_total', 'total': 'rising_flow', 'over': flow},
                {'name': 'falling_total', 'total': 'falling_flow', 'over': flow},
                {'name': 'turnover_total', 'total': 'turnover', 'over': window},
                {'name': 'volume_total', 'total': 'volume', 'over': window},
                {'name': 'session_turnover', 'session_total': 'turnover'},
                {'name': 'session_volume', 'session_total': 'volume'},
            ],
            [],
            [
                {'name': mfi, 'is': 'case when rising_total + falling_total < 1 then 0'
                    ~ ' else 100 * rising_total / (rising_total + falling_total) end'},
                {'name': 'vwap', 'is': 'session_turnover / nullif(session_volume, 0)'},
                {'name': vwap, 'is': 'turnover_total / nullif(volume_total, 0)'},
            ],
        ],
        'stored': [{'name': 'volume', 'source': 'volume_exact', 'type': volume_type()}, obv, {'name': mfi}, {'name': 'vwap'}, {'name': vwap}],
        'shown': [
            {'name': 'obv', 'is': 'case when volume is not null then running_obv end'},
            {'name': mfi}, {'name': 'vwap'}, {'name': vwap},
        ],
    }) }}
{%- endmacro %}

{% macro money_flow(comparison) -%}
    {#- The typical prices are compared as sums of three, which are exact. -#}
    {{ return(
        'case when previous_close is null or volume is null then null'
        ~ ' when high + low + close ' ~ comparison ~ ' previous_high + previous_low + previous_close'
        ~ ' then cast(high + low + close as ' ~ f8() ~ ') / 3 * cast(volume as ' ~ f8() ~ ') else 0 end'
    ) }}
{%- endmacro %}
