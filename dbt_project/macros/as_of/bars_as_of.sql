{% macro bars_as_of(instant) -%}
    {#- Every bar, adjusted, with only the versions, splits, dividends and
        instruments that were known at the instant; resampled where no provider's own was. -#}
    {%- set columns = ['instrument_id', 'symbol', 'interval'] + bar_columns() | reject(
        'in', ['observation_count', 'last_observed_at', 'last_file_seq']
    ) | list -%}
    with

    as_of as (

        {{ known_by(instant) }}

    ),

    {{ factors_as_of(instant) }},

    universe as (

        {{ universe_as_of(instant) }}

    ),

    chosen as (

        {{ preferred_versions('versions', 'providers') }}

    ),

    own as (

        {{ adjusted_bars(adjusted_columns_as_of(), beside='as_of') }}

    ),

    resampled as (

        select * from (
            {{ resampled_bars('own', 'universe') }}
        ) as bars
        where interval <> '1d' or is_over

    )

    {{ with_derived_bars('own', 'resampled', columns) }}
{%- endmacro %}

{% macro adjusted_columns_as_of() -%}
    {#- Whether a bar was whole and final is told by when that became known. -#}
    {{ adjusted_values() }},
        coalesce(chosen.whole_known_at > as_of.known_at, true) as is_partial,
        case
            when coalesce(chosen.whole_known_at > as_of.known_at, true) then 'forming'
            when coalesce(chosen.final_known_at > as_of.known_at, true) then 'provisional'
            else 'final'
        end as status,
        chosen.known_seq,
        chosen.known_at,
        chosen.settles_at,
        chosen.request_id,
        chosen.file_seq,
        chosen.row_number
{%- endmacro %}
