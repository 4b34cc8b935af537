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
    {#- Not rounded: what is compared with a tolerance must not be rounded first. -#}
    {{ safe_cast_to(
        'case when ' ~ is_finite(expression) ~ ' then ' ~ expression
        ~ ' * split_ratio / minor_units end',
        price_type()
    ) }}
{%- endmacro %}
