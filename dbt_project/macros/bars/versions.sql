{% macro version_columns(relation) -%}
    {%- for column in [
        'instrument_id', 'interval', 'opened_at', 'provider', 'session_date',
        'closed_at', 'open', 'high', 'low', 'close', 'volume', 'vwap', 'trade_count',
        'currency', 'request_id', 'file_seq', 'row_number',
    ] -%}
    {{ relation }}.{{ column }}{{ ",\n        " if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{% macro current_versions_of(observations) -%}
    {#- Newest stored version of every bar that has a new observation. -#}
    select
        {{ version_columns('stored') }},
        stored.settles_at,
        stored.known_at,
        stored.last_observed_at,
        stored.observation_count,
        stored.last_file_seq,
        stored.version_number
    from (
        select
            held.*,
            row_number() over (
                partition by
                    held.instrument_id, held.interval, held.opened_at, held.provider
                order by held.version_number desc
            ) as age
        from {{ this }} as held
        inner join (
            select distinct instrument_id, interval, opened_at, provider
            from {{ observations }}
            where rule is null
        ) as touched
            using (instrument_id, interval, opened_at, provider)
    ) as stored
    where stored.age = 1
{%- endmacro %}

{% macro moved_beyond_tolerance(held, next) -%}
    {#- Decimal arithmetic throughout, so that a move of exactly the tolerance
        is not decided by a rounding of doubles. -#}
    {%- for column in ['open', 'high', 'low', 'close', 'volume'] -%}
    {%- set tolerance = 'volume_tolerance' if column == 'volume' else 'price_tolerance' -%}
    ({{ held }}{{ column }} is null) <> ({{ next }}{{ column }} is null)
            or abs({{ next }}{{ column }} - {{ held }}{{ column }})
            > {{ tolerance }} * abs({{ held }}{{ column }}){{ '\n            or ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
