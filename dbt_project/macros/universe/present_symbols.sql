{% macro present_symbols(universe) -%}
    {%- set with_own_column = ['yahoo', 'binance', 'massive', 'fmp', 'alpha_vantage'] -%}
    {%- set written_as_here = ['file_drop'] -%}
    {%- for provider in with_own_column + written_as_here %}
        {%- set column = 'symbol' if provider in written_as_here else provider ~ '_symbol' %}

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
