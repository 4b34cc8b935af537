{% macro universe_columns() -%}
    instrument_id,
        symbol,
        name,
        asset_class,
        calendar,
        currency,
        groups,
        listed_on,
        delisted_on,
        yahoo_symbol,
        binance_symbol,
        massive_symbol,
        fmp_symbol,
        alpha_vantage_symbol,
        known_at
{%- endmacro %}
