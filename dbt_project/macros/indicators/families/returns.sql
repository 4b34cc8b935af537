{% macro returns_family() -%}
    {#- Returns, two measures of volatility for a year, and the fall from the peak. -#}
    {%- set window = var('volatility_window') -%}
    {%- set peak = {'name': 'peak_close', 'running_highest': 'close'} -%}
    {%- set log_return = {'name': 'log_return', 'source': 'log_return_exact', 'type': log_type()} -%}
    {%- set simple_return = {'name': 'simple_return'} -%}
    {%- set volatility = {'name': 'volatility_' ~ window} -%}
    {%- set parkinson = {'name': 'parkinson_' ~ window} -%}
    {{ return({
        'inputs': [
            {'name': 'log_return', 'exact': true, 'is': log_ratio('close', 'previous_close')},
            {'name': 'simple_return', 'is': 'cast(close as ' ~ f8() ~ ') / nullif(cast(previous_close as '
                ~ f8() ~ '), 0) - 1'},
            {'name': 'square_range', 'is': 'case when low > 0 then power(ln(cast(high as ' ~ f8()
                ~ ') / cast(low as ' ~ f8() ~ ')), 2) end'},
        ],
        'levels': [
            [
                peak,
                {'name': 'return_deviation', 'deviation': 'log_return', 'over': window,
                    'of_sample': true, 'type': log_type()},
                {'name': 'square_range_total', 'total': 'square_range', 'over': window},
            ],
            [],
            [
                {'name': volatility.name, 'is': 'return_deviation * sqrt(bars_a_year)'},
                {'name': parkinson.name,
                    'is': 'sqrt(square_range_total * bars_a_year / (4 * ' ~ window ~ ' * ln(2)))'},
            ],
        ],
        'stored': [simple_return, log_return, volatility, parkinson, peak],
        'shown': [
            simple_return, log_return, volatility, parkinson,
            {'name': 'drawdown', 'is': 'case when peak_close > 0 then cast(close as ' ~ f8()
                ~ ') / peak_close - 1 end'},
        ],
    }) }}
{%- endmacro %}
