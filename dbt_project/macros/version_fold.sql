{% macro folded_versions() -%}
    {#- CTEs that end in `folded`: one row per version. Moving bars are walked
        in the order in which their values were accepted, each value compared
        with the version that is current there. -#}
walk as (

    select
        instrument_id,
        interval,
        opened_at,
        provider,
        entry_number,
        coalesce(version_number, 1) as version_number,
        entry_number as birth_entry_number,
        open,
        high,
        low,
        close,
        volume
    from moving
    where entry_number = 1

    union all

    select
        instrument_id,
        interval,
        opened_at,
        provider,
        entry_number,
        version_number + case when is_born then 1 else 0 end as version_number,
        case when is_born then entry_number else birth_entry_number end
            as birth_entry_number,
        case when is_born then next_open else open end as open,
        case when is_born then next_high else high end as high,
        case when is_born then next_low else low end as low,
        case when is_born then next_close else close end as close,
        case when is_born then next_volume else volume end as volume
    from (
        select
            pairs.*,
            coalesce({{ moved_beyond_tolerance('', 'next_') }}, false) as is_born
        from (
            select
                walk.instrument_id,
                walk.interval,
                walk.opened_at,
                walk.provider,
                walk.version_number,
                walk.birth_entry_number,
                walk.open,
                walk.high,
                walk.low,
                walk.close,
                walk.volume,
                moving.entry_number,
                moving.open as next_open,
                moving.high as next_high,
                moving.low as next_low,
                moving.close as next_close,
                moving.volume as next_volume,
                moving.price_tolerance,
                moving.volume_tolerance
            from walk
            inner join moving
                on walk.instrument_id = moving.instrument_id
                and walk.interval = moving.interval
                and walk.opened_at = moving.opened_at
                and walk.provider = moving.provider
                and walk.entry_number + 1 = moving.entry_number
        ) as pairs
    ) as steps

),

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
