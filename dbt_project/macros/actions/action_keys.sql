{% macro action_keys() -%}
    file_seq,
        row_number,
        provider,
        request_id,
        provider_symbol,
        exchange_timezone
{%- endmacro %}
