{% macro version_walk() -%}
    {#- The recursive CTE `walk`: moving bars in the order in which their values
        were accepted, each value compared with the version that is current
        there. -#}
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

)
{%- endmacro %}
