{% macro chosen_versions(interval_condition) -%}
    {#- CTEs that end in `chosen`: the newest version of the most preferred
        provider of each bar that new files or new actions touch. -#}
    {%- set mark = built_to_file_seq() -%}
versions as (

    select * from {{ ref('bar_versions') }}
    where interval {{ interval_condition }}

),

factors as (

    select * from {{ ref('adjustment_factors') }}

),

providers as (

    select * from {{ ref('providers') }}

),

touched as (

    select distinct
        instrument_id,
        interval,
        opened_at
    from versions
    where
        last_file_seq > {{ mark }}
        or instrument_id in (
            select factors.instrument_id from factors
            where factors.known_seq > {{ mark }}
        )

),

{%- if mark > 0 %}

candidates as (

    select versions.*
    from versions
    inner join touched
        on versions.instrument_id = touched.instrument_id
        and versions.interval = touched.interval
        and versions.opened_at = touched.opened_at

),
{%- endif %}

chosen as (

    {{ preferred_versions('candidates' if mark > 0 else 'versions', 'providers') }}

)
{%- endmacro %}

{% macro preferred_versions(versions, providers) -%}
    {#- The newest version of the most preferred provider of each bar, rounded
        to the digits that its figures carry. -#}
    select
        {%- for column in version_key() + [
            'session_date', 'closed_at', 'volume', 'vwap', 'trade_count', 'currency',
            'request_id', 'file_seq', 'row_number', 'settles_at', 'known_seq', 'known_at',
            'version_number', 'last_observed_at', 'whole_known_at', 'final_known_at',
            'observation_count', 'last_file_seq',
        ] %}
        {{ column }},
        {%- endfor %}
        {%- for column in ['open', 'high', 'low', 'close'] %}
        case
            when price_digits is null then {{ column }}
            else {{ safe_cast_to(
                round_significant('cast(' ~ column ~ ' as ' ~ f8() ~ ')', 'price_digits'),
                price_type()
            ) }}
        end as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from (
        select
            versions.*,
            providers.price_digits,
            row_number() over (
                partition by
                    versions.instrument_id, versions.interval, versions.opened_at
                order by
                    providers.priority asc,
                    versions.provider asc,
                    versions.version_number desc
            ) as place
        from {{ versions }} as versions
        inner join {{ providers }} as providers on versions.provider = providers.provider
    ) as ranked
    where place = 1
{%- endmacro %}
