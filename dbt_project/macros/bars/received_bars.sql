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

{% macro decimals_given(relation, where=none) -%}
    {#- The provider's own decimals, exact; null where it sends doubles, or where they are not
        as traded. -#}
    {%- for column in ['open', 'high', 'low', 'close', 'volume'] -%}
    {%- set data_type = volume_type() if column == 'volume' else price_type() -%}
    {%- set given = relation ~ '.' ~ column -%}
    {%- set exact = 'case when ' ~ where ~ ' then ' ~ given ~ ' end' if where else given -%}
    {{ exact if relation else 'cast(null as ' ~ data_type ~ ')' }} as {{ column }}
    {{- ",\n        " if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{% macro received_bars(
    relation, stamped_at, local_date, zone=none, decimals=true, decimals_where=none,
    currency='null', vwap='null', trade_count='null'
) -%}
    {#- One provider's branch of int_bars_received; `zone` is its column of time zones, and
        without one its stamps and dates are UTC's. -#}
    select
        {{ received_keys() }},
        {{ stamped_at }} as stamped_at,
        {{ local_date }} as local_date,
        {{ 'time_zones.name' if zone else "'UTC'" }} as exchange_timezone,
        cast({{ currency }} as {{ text_type() }}) as currency,
        {{ doubles_given() }},
        {{ decimals_given('bars' if decimals, decimals_where) }},
        {{ vwap if vwap != 'null' else 'cast(null as ' ~ price_type() ~ ')' }} as vwap,
        cast({{ trade_count }} as bigint) as trade_count
    from {{ relation }} as bars
    {%- if zone %}
    left join time_zones on bars.{{ zone }} = time_zones.name
    {%- endif %}
{%- endmacro %}
