{% macro against_index_family() -%}
    {#- Correlation and beta of returns to those of the index over the same bars.
        The sums are of decimals and so exact. -#}
    {%- set window = var('index_window') -%}
    {%- set own = log_ratio('close', 'previous_close') -%}
    {%- set its = log_ratio('index_close', 'previous_index_close') -%}
    {%- set both = 'case when ' ~ own ~ ' is not null and ' ~ its ~ ' is not null then ' -%}
    {%- set totals = [] -%}
    {%- for one, other in [
        ('own', none), ('index', none), ('own', 'own'), ('index', 'index'), ('own', 'index'),
    ] -%}
        {%- set total = {'name': one ~ ('_' ~ other if other else '') ~ '_total',
            'total': one ~ '_return', 'over': window} -%}
        {%- do total.update({'times': other ~ '_return'} if other else {}) -%}
        {%- do totals.append(total) -%}
    {%- endfor -%}
    {%- set correlation = {'name': 'correlation_' ~ window} -%}
    {%- set beta = {'name': 'beta_' ~ window} -%}
    {{ return({
        'inputs': [
            {'name': 'own_return', 'exact': true, 'is': both ~ own ~ ' end'},
            {'name': 'index_return', 'exact': true, 'is': both ~ its ~ ' end'},
        ],
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
