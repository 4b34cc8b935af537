{% macro universe_columns(relation=none, symbol=none) -%}
    {%- for column in [
        'instrument_id', 'symbol', 'name', 'asset_class', 'calendar', 'currency',
        'groups', 'listed_on', 'delisted_on', 'yahoo_symbol', 'binance_symbol',
        'massive_symbol', 'fmp_symbol', 'alpha_vantage_symbol', 'known_at',
    ] -%}
    {%- if column == 'symbol' and symbol %}{{ symbol }} as {% elif relation %}{{ relation }}.{% endif -%}
    {{ column }}{{ ',\n        ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{% macro symbol_history_columns() -%}
    instrument_id,
        provider,
        symbol,
        valid_from,
        valid_to,
        known_at
{%- endmacro %}
