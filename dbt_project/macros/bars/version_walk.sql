{% macro version_walk() -%}
    {#- The recursive CTE `walk`: moving bars in the order in which their values
        became known, each value compared with the version that is current
        there. -#}
    {%- set key = version_key() | join(', ') -%}
walk as (

    select
        {{ key }},
        entry_number,
        coalesce(version_number, 1) as version_number,
        entry_number as birth_entry_number,
        cause,
        open,
        high,
        low,
        close,
        volume,
        settled_volume,
        conflict_ratio,
        conflict_since,
        false as is_set_aside
    from moving
    where entry_number = 1

    union all

    select
        {{ key }},
        next_entry_number as entry_number,
        version_number + case when is_born then 1 else 0 end as version_number,
        case when is_born then next_entry_number else birth_entry_number end
            as birth_entry_number,
        case
            when not is_born then cause
            when is_one_ratio and (is_reread or is_known_split) and volume_went_along
                then 'rebased'
            else 'restated'
        end as cause,
        {%- for column in ['open', 'high', 'low', 'close', 'volume'] %}
        case when is_born then next_{{ column }} else {{ column }} end as {{ column }},
        {%- endfor %}
        case
            when is_born then next_settled_volume
            when is_set_aside then settled_volume
            else coalesce(settled_volume, next_settled_volume)
        end as settled_volume,
        case when is_set_aside then ratio end as conflict_ratio,
        case
            when is_set_aside
                then case when is_same_conflict then conflict_since else next_known_at end
        end as conflict_since,
        is_set_aside
    from (
        select
            judged_pairs.*,
            (price_moved or volume_moved) and not is_set_aside as is_born
        from ({{ judged_pairs() }}) as judged_pairs
    ) as steps

)
{%- endmacro %}
