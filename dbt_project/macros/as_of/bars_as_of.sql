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

        select
            chosen.instrument_id,
            universe.symbol,
            chosen.interval,
            chosen.session_date,
            chosen.opened_at,
            chosen.closed_at,
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
        from chosen
        cross join as_of
        inner join universe on chosen.instrument_id = universe.instrument_id
        left join factors
            on chosen.instrument_id = factors.instrument_id
            and chosen.session_date >= factors.from_date
            and chosen.session_date < factors.to_date

    ),

    resampled as (

        select * from (
            {{ resampled_bars('own', 'universe') }}
        ) as bars
        where interval <> '1d' or is_over

    )

    {{ with_derived_bars('own', 'resampled', columns) }}
{%- endmacro %}
