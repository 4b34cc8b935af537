{% macro observation_columns() -%}
    file_seq,
        row_number,
        request_id,
        provider,
        provider_symbol,
        instrument_id,
        asset_class,
        interval,
        session_date,
        stamped_at,
        opened_at,
        closed_at,
        observed_at,
        known_seq,
        known_at,
        is_reread,
        session_opens_at,
        break_starts_at,
        break_ends_at,
        open_given,
        high_given,
        low_given,
        close_given,
        volume_given,
        vwap,
        trade_count
{%- endmacro %}

{% macro as_traded_price(expression) -%}
    {#- A float32 carries seven significant digits; the rest is noise. -#}
    {{ safe_cast_to(
        round_significant(expression ~ ' * split_ratio / minor_units', 7), price_type()
    ) }}
{%- endmacro %}
