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
            {{ volume_goes_along('ratio', 'volume', 'next_volume') }} as volume_went_along,
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
