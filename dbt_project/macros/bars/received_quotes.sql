{% macro received_quotes(relation, given) -%}
    {#- One provider's branch of int_quotes_received: expressions by column, null where not given. -#}
    {%- set types = {
        'quoted_at': 'timestamp', 'bid': f8(), 'ask': f8(), 'bid_size': f8(), 'ask_size': f8(),
        'price': f8(), 'previous_close': f8(), 'day_high': f8(), 'day_low': f8(),
        'volume': 'bigint', 'market_cap': 'bigint', 'trailing_pe': f8(),
        'currency': text_type(), 'minor_units': 'integer', 'market_state': text_type(),
    } -%}
    select
        file_seq,
        row_number,
        request_id,
        provider,
        provider_symbol,
        observed_at,
        {%- for column, data_type in types.items() %}
        cast({{ given.get(column, '1' if column == 'minor_units' else 'null') }} as {{ data_type }})
            as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ relation }}
{%- endmacro %}
