{% macro bar_columns() -%}
    {#- The columns of a bar after its key, in the order of the marts. -#}
    {{ return([
        'session_date', 'opened_at', 'closed_at', 'open', 'high', 'low', 'close', 'volume',
        'open_raw', 'high_raw', 'low_raw', 'close_raw', 'volume_raw', 'close_total_return',
        'vwap', 'trade_count', 'currency', 'provider', 'version_number', 'observation_count',
        'is_partial', 'status', 'known_seq', 'known_at', 'settles_at', 'last_observed_at',
        'request_id', 'file_seq', 'row_number', 'last_file_seq',
    ]) }}
{%- endmacro %}

{% macro with_derived_bars(own, resampled, columns, held=none) -%}
    {#- Own bars, and resampled ones where no provider's own is held. The latter have no version,
        request or row of their own: those of their parts count. -#}
    {%- set of_own = {
        'version_number': 'integer', 'observation_count': 'bigint', 'request_id': 'bigint',
        'file_seq': 'bigint', 'row_number': 'integer',
    } -%}
    select
        {{ columns | join(',\n        ') }}
    from {{ own }}

    union all

    select
        {%- for column in columns %}
        {% if column in of_own -%}
            cast(null as {{ of_own[column] }}) as {{ column }}
        {%- else -%}
            resampled.{{ column }}
        {%- endif -%}
        {{ "," if not loop.last }}
        {%- endfor %}
    from {{ resampled }} as resampled
    where not exists (
        select 1 from {{ held or own }} as held
        where
            held.instrument_id = resampled.instrument_id
            and held.interval = resampled.interval
            and held.opened_at = resampled.opened_at
    )
{%- endmacro %}
