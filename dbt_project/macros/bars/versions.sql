{% macro version_key() %}{{ return(['instrument_id', 'interval', 'opened_at', 'provider']) }}{% endmacro %}

{% macro version_columns(relation) -%}
    {%- for column in version_key() + [
        'session_date', 'closed_at', 'open', 'high', 'low', 'close', 'volume', 'vwap',
        'trade_count', 'currency', 'request_id', 'file_seq', 'row_number', 'settles_at',
        'known_seq', 'known_at',
    ] -%}
    {{ relation }}.{{ column }}{{ ",\n        " if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{% macro version_state() %}
    {#- What a version gathers while it is current. -#}
    {{ return([
        'cause', 'settled_volume', 'last_observed_at', 'whole_known_at', 'final_known_at',
        'observation_count', 'set_aside_count', 'conflict_ratio', 'conflict_since',
        'last_file_seq',
    ]) }}
{% endmacro %}

{% macro version_entries(judged, providers) -%}
    {#- The readings of bars that break no rule, as entries of the fold. -#}
    select
        {%- for column in version_key() %}
        judged.{{ column }},
        {%- endfor %}
        judged.session_date,
        judged.closed_at,
        judged.open,
        judged.high,
        judged.low,
        judged.close,
        judged.volume,
        judged.vwap,
        judged.trade_count,
        judged.currency,
        judged.request_id,
        judged.file_seq,
        judged.row_number,
        judged.settles_at,
        judged.known_seq,
        judged.known_at,
        cast(null as integer) as version_number,
        'first' as cause,
        case when judged.observed_at >= judged.settles_at then judged.volume end
            as settled_volume,
        judged.observed_at as last_observed_at,
        case when judged.observed_at >= judged.closed_at then judged.known_at end
            as whole_known_at,
        case when judged.observed_at >= judged.settles_at then judged.known_at end
            as final_known_at,
        case when judged.is_reread then 0 else 1 end as observation_count,
        0 as set_aside_count,
        cast(null as {{ f8() }}) as conflict_ratio,
        cast(null as timestamp) as conflict_since,
        greatest(judged.file_seq, judged.known_seq) as last_file_seq,
        judged.is_reread,
        judged.split_ratio,
        judged.newest_split_ratio
    from (
        select
            bars.*,
            {{ add_minutes(
                'bars.closed_at',
                "case when bars.interval = '1d' then providers.settle_minutes_daily"
                ~ " else providers.settle_minutes_intraday end"
            ) }} as settles_at
        from {{ judged }} as bars
        inner join {{ providers }} as providers on bars.provider = providers.provider
        where bars.rule is null
    ) as judged
{%- endmacro %}
