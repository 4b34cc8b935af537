{% macro states_of_symbols() %}
    {{ return([
        'is_listed', 'status', 'base_asset', 'quote_asset', 'tick_size', 'step_size',
        'least_quantity', 'most_quantity', 'least_notional', 'is_spot_trading_allowed',
    ]) }}
{% endmacro %}

{% macro state_of_symbol() -%}
    {#- Everything that makes a state as one text: nulls compare like values in it. -#}
    (
            {%- for column in states_of_symbols() %}
            {{ "|| ';' || " if not loop.first -}}
            coalesce(cast({{ column }} as {{ text_type() }}), '')
            {%- endfor %}
        )
{%- endmacro %}
