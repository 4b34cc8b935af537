{% macro folded_versions() -%}
    {#- CTEs that end in `folded`: one row per version. -#}
{{ version_walk() }},

walked as (

    select
        walk.instrument_id,
        walk.interval,
        walk.opened_at,
        walk.provider,
        walk.version_number,
        walk.birth_entry_number,
        sum(moving.observation_count) as observation_count,
        max(moving.last_observed_at) as last_observed_at,
        max(moving.last_file_seq) as last_file_seq
    from walk
    inner join moving
        using (instrument_id, interval, opened_at, provider, entry_number)
    group by
        walk.instrument_id,
        walk.interval,
        walk.opened_at,
        walk.provider,
        walk.version_number,
        walk.birth_entry_number

),

outlines as (

    select
        instrument_id,
        interval,
        opened_at,
        provider,
        cast(null as integer) as version_number,
        1 as birth_entry_number,
        observation_count,
        last_observed_at,
        last_file_seq
    from judged_spreads
    where not is_moving

    union all

    select * from walked

),

folded as (

    select
        {{ version_columns('entries') }},
        cast(coalesce(outlines.version_number, entries.version_number, 1) as integer)
            as version_number,
        entries.settles_at,
        entries.known_at,
        outlines.last_observed_at,
        cast(outlines.observation_count as bigint) as observation_count,
        outlines.last_file_seq
    from entries
    inner join outlines
        on entries.instrument_id = outlines.instrument_id
        and entries.interval = outlines.interval
        and entries.opened_at = outlines.opened_at
        and entries.provider = outlines.provider
        and entries.entry_number = outlines.birth_entry_number

)
{%- endmacro %}
