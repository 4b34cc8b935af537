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
            when is_one_ratio and (is_reread or is_known_split) then 'rebased'
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

{% macro judged_pairs() -%}
    select
        compared.*,
        price_moved
        and is_one_ratio
        and not is_reread
        and not is_confirmed as is_set_aside
    from (
        select
            pairs.*,
            {{ price_has_moved('', 'next_') }} as price_moved,
            coalesce({{ volume_has_moved('', 'next_') }}, false) as volume_moved,
            price_basis = 'split_adjusted'
            and {{ prices_share_ratio('', 'next_') }}
            and {{ is_split_like('ratio', 'next_split_ratio', 'newest_split_ratio') }}
                as is_one_ratio,
            {{ is_known_split('ratio', 'next_split_ratio', 'newest_split_ratio') }}
                as is_known_split,
            {{ is_same_conflict('ratio', 'pairs') }} as is_same_conflict,
            {{ is_confirmed_conflict('ratio', 'pairs', 'next_known_at') }} as is_confirmed
        from (
            select
                {%- for column in version_key() + [
                    'version_number', 'birth_entry_number', 'cause', 'open', 'high', 'low',
                    'close', 'volume', 'settled_volume', 'conflict_ratio', 'conflict_since',
                ] %}
                walk.{{ column }},
                {%- endfor %}
                moving.entry_number as next_entry_number,
                {%- for column in [
                    'open', 'high', 'low', 'close', 'volume', 'settled_volume',
                    'known_at', 'is_settled', 'split_ratio',
                ] %}
                moving.{{ column }} as next_{{ column }},
                {%- endfor %}
                moving.newest_split_ratio,
                moving.is_reread,
                moving.price_tolerance,
                moving.volume_tolerance,
                moving.settled_volume_tolerance,
                moving.price_basis,
                cast(moving.close as {{ f8() }})
                / nullif(cast(walk.close as {{ f8() }}), 0) as ratio
            from walk
            inner join moving
                on walk.instrument_id = moving.instrument_id
                and walk.interval = moving.interval
                and walk.opened_at = moving.opened_at
                and walk.provider = moving.provider
                and walk.entry_number + 1 = moving.entry_number
        ) as pairs
    ) as compared
{%- endmacro %}
