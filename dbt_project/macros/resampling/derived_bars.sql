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

{% macro derived_bars(resampled, own, columns) -%}
    {#- Resampled bars where no provider's own is held. They have no version, request or row
        of their own: those of their parts count. -#}
    {%- set of_own = {
        'version_number': 'integer', 'observation_count': 'bigint', 'request_id': 'bigint',
        'file_seq': 'bigint', 'row_number': 'integer',
    } -%}
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
        select 1 from {{ own }} as own
        where
            own.instrument_id = resampled.instrument_id
            and own.interval = resampled.interval
            and own.opened_at = resampled.opened_at
    )
{%- endmacro %}
