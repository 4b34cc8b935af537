{% macro ichimoku_family() -%}
    {#- The spans are those that lie at a bar: computed so many bars before it.
        The lagging line is the close itself, drawn that far back. -#}
    {%- set spans = [
        ['conversion', var('ichimoku_conversion_window')],
        ['base', var('ichimoku_base_window')],
        ['span', var('ichimoku_span_window')],
    ] -%}
    {%- set extremes = [] -%}
    {%- for name, window in spans -%}
        {%- do extremes.append({'name': name ~ '_high', 'highest': 'high', 'over': window}) -%}
        {%- do extremes.append({'name': name ~ '_low', 'lowest': 'low', 'over': window}) -%}
    {%- endfor -%}
    {%- set ahead = var('ichimoku_base_window') -%}
    {%- set lines = [
        {'name': 'ichimoku_conversion', 'is': '(conversion_high + conversion_low) / 2'},
        {'name': 'ichimoku_base', 'is': '(base_high + base_low) / 2'},
    ] -%}
    {%- set spans_ahead = [
        {'name': 'ichimoku_span_a', 'earlier': 'span_a_ahead', 'by': ahead},
        {'name': 'ichimoku_span_b', 'earlier': 'span_b_ahead', 'by': ahead},
    ] -%}
    {{ return({
        'levels': [
            extremes, [],
            lines + [
                {'name': 'span_a_ahead',
                    'is': '(conversion_high + conversion_low + base_high + base_low) / 4'},
                {'name': 'span_b_ahead', 'is': '(span_high + span_low) / 2'},
            ],
            [], spans_ahead,
        ],
        'stored': lines + spans_ahead,
        'shown': [
            {'name': 'ichimoku_conversion'}, {'name': 'ichimoku_base'},
            {'name': 'ichimoku_span_a'}, {'name': 'ichimoku_span_b'},
        ],
    }) }}
{%- endmacro %}
