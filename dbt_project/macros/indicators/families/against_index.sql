{% macro against_index_family() -%}
    {#- Correlation and beta of returns to those of the index over the same bars.
        The sums are of decimals and so exact. -#}
    {%- set window = var('index_window') -%}
    {%- set both = 'case when ' ~ log_ratio('index_close', 'previous_index_close') ~ ' is not null'
        ~ ' and ' ~ log_ratio('close', 'previous_close') ~ ' is not null then ' -%}
    {%- set own = 'cast(' ~ log_ratio('close', 'previous_close') ~ ' as decimal(18, 12))' -%}
    {%- set its = 'cast(' ~ log_ratio('index_close', 'previous_index_close') ~ ' as decimal(18, 12))' -%}
    {%- set products = {
        'own': own, 'index': its, 'own_own': own ~ ' * ' ~ own,
        'index_index': its ~ ' * ' ~ its, 'own_index': own ~ ' * ' ~ its,
    } -%}
    {%- set inputs = [] -%}
    {%- set totals = [] -%}
    {%- for name, product in products.items() -%}
        {%- do inputs.append({'name': name ~ '_return', 'exact': true, 'is': both ~ product ~ ' end'}) -%}
        {%- do totals.append({'name': name ~ '_total', 'total': name ~ '_return', 'over': window}) -%}
    {%- endfor -%}
    {%- set correlation = {'name': 'correlation_' ~ window} -%}
    {%- set beta = {'name': 'beta_' ~ window} -%}
    {{ return({
        'inputs': inputs,
        'levels': [
            totals, [],
            [
                {'name': 'joint', 'is': window ~ ' * own_index_total - own_total * index_total'},
                {'name': 'own_spread', 'is': spread_of('own', window)},
                {'name': 'index_spread', 'is': spread_of('index', window)},
            ],
            [],
            [
                {'name': correlation.name, 'is': 'joint / sqrt(own_spread * index_spread)'},
                {'name': beta.name, 'is': 'joint / index_spread'},
            ],
        ],
        'stored': [correlation, beta],
        'shown': [correlation, beta],
    }) }}
{%- endmacro %}

{% macro spread_of(name, window) -%}
    {#- Null where the returns do not vary. -#}
    {%- set squares = window ~ ' * ' ~ name ~ '_' ~ name ~ '_total' -%}
    {%- set spread = squares ~ ' - ' ~ name ~ '_total * ' ~ name ~ '_total' -%}
    {{ return('case when ' ~ spread ~ ' > 0.000000000001 * ' ~ squares ~ ' then ' ~ spread ~ ' end') }}
{%- endmacro %}
