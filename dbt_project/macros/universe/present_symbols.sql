{% macro present_symbols(universe) -%}
    {%- for provider in ['yahoo', 'binance', 'massive', 'fmp', 'alpha_vantage', 'file_drop'] %}
        {#- A file writes symbols as the universe does. #}
        {%- set column = 'symbol' if provider == 'file_drop' else provider ~ '_symbol' %}

        select
            '{{ provider }}' as provider,
            {{ column }} as provider_symbol,
            instrument_id,
            delisted_on,
            known_at
        from {{ universe }}
        where {{ column }} is not null
        {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
