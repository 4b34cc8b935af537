{% macro received_keys() -%}
    file_seq,
        row_number,
        request_id,
        provider,
        provider_symbol,
        interval
{%- endmacro %}

{% macro doubles_given() -%}
    {%- for column in ['open', 'high', 'low', 'close', 'volume'] -%}
    cast({{ column }} as {{ f8() }}) as {{ column }}_given{{ ",\n        " if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{% macro decimals_given(relation) -%}
    {#- The provider's own decimals, exact; null where it sends doubles. -#}
    {%- for column in ['open', 'high', 'low', 'close', 'volume'] -%}
    {%- set data_type = volume_type() if column == 'volume' else price_type() -%}
    {{ relation ~ '.' ~ column if relation else 'cast(null as ' ~ data_type ~ ')' }} as {{ column }}
    {{- ",\n        " if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
