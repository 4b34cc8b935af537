{% macro oscillators_family() -%}
    {#- Stochastic, Williams %R, commodity channel index (of the sum of high, low and
        close: a third of it gives the same quotient), rate of change. -#}
    {%- set stochastic = var('stochastic_window') -%}
    {%- set williams = var('williams_window') -%}
    {%- set channel = var('cci_window') -%}
    {%- set change = var('roc_window') -%}
    {%- set smooth_k = {'name': 'smooth_k', 'mean': 'fast_k', 'over': var('stochastic_k_window')} -%}
    {%- set smooth_d = {'name': 'stoch_d', 'mean': 'smooth_k', 'over': var('stochastic_d_window')} -%}
    {{ return({
        'inputs': [{'name': 'typical_sum', 'exact': true, 'is': 'cast(high + low + close as ' ~ volume_type() ~ ')'}],
        'levels': [
            [
                {'name': 'stochastic_high', 'highest': 'high', 'over': stochastic},
                {'name': 'stochastic_low', 'lowest': 'low', 'over': stochastic},
                {'name': 'williams_high', 'highest': 'high', 'over': williams},
                {'name': 'williams_low', 'lowest': 'low', 'over': williams},
                {'name': 'typical_above', 'above_mean': 'typical_sum', 'over': channel},
                {'name': 'typical_distance', 'distance': 'typical_sum', 'over': channel},
                {'name': 'close_before', 'earlier': 'close', 'by': change},
            ],
            [],
            [
                {'name': 'cci_' ~ channel, 'is': 'case when typical_distance > 0'
                    ~ ' then typical_above / (0.015 * typical_distance)'
                    ~ ' when typical_distance = 0 then 0 end'},
                {'name': 'fast_k', 'is': place_in_range('close', 'stochastic_low', 'stochastic')},
                {'name': 'williams_r_' ~ williams,
                    'is': '0 - (' ~ place_in_range('williams_high', 'close', 'williams') ~ ')'},
                {'name': 'roc_' ~ change, 'is': '(close / nullif(close_before, 0) - 1) * 100'},
            ],
            [],
            [
                smooth_k,
            ],
            [],
            [smooth_d],
            [],
            [
                {'name': 'stoch_k', 'is': 'case when stoch_d is not null then smooth_k end'},
            ],
        ],
        'stored': [
            {'name': 'stoch_k'}, smooth_d, {'name': 'williams_r_' ~ williams},
            {'name': 'cci_' ~ channel}, {'name': 'roc_' ~ change},
        ],
        'shown': [
            {'name': 'stoch_k'}, smooth_d, {'name': 'williams_r_' ~ williams},
            {'name': 'cci_' ~ channel}, {'name': 'roc_' ~ change},
        ],
    }) }}
{%- endmacro %}

{% macro place_in_range(value, base, range) -%}
    {#- Of a range without width TA-Lib says 0. -#}
    {{ return(
        'case when ' ~ range ~ '_high > ' ~ range ~ '_low then 100 * (' ~ value ~ ' - ' ~ base
        ~ ') / (' ~ range ~ '_high - ' ~ range ~ '_low) when ' ~ range ~ '_high is not null then 0 end'
    ) }}
{%- endmacro %}
