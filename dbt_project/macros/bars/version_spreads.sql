{% macro spread_versions(observations, providers) -%}
    {#- CTEs that tell the bars that every reading showed alike, which have one
        version, from the `moving` ones. -#}
entries as (

    select
        observations.*,
        row_number() over (
            partition by {{ version_key() | join(', ') }}
            order by version_number nulls last, known_seq, file_seq, row_number
        ) as entry_number
    from {{ observations }} as observations

),

spreads as (

    select
        {{ version_key() | join(', ') }},
        {%- for column in ['open', 'high', 'low', 'close', 'volume'] %}
        min({{ column }}) as lowest_{{ column }},
        max({{ column }}) as highest_{{ column }},
        count({{ column }}) as {{ column }}_count,
        {%- endfor %}
        count(*) as entry_count,
        max(conflict_since) as conflict_since,
        min(settled_volume) as lowest_settled_volume,
        max(settled_volume) as highest_settled_volume
    from entries
    group by {{ version_key() | join(', ') }}

),

judged_spreads as (

    select
        spreads.*,
        spreads.conflict_since is not null
        or coalesce(spreads.lowest_volume <> spreads.highest_volume, false)
        or coalesce(spreads.lowest_settled_volume <> spreads.highest_settled_volume, false)
        or coalesce(spreads.lowest_settled_volume <> spreads.lowest_volume, false)
        {%- for column in ['open', 'high', 'low', 'close', 'volume'] %}
        or {{ column }}_count not in (0, entry_count)
        {%- endfor %}
        {%- for column in ['open', 'high', 'low', 'close'] %}
        or coalesce(
            highest_{{ column }} - lowest_{{ column }}
            > providers.price_tolerance
            * least(abs(lowest_{{ column }}), abs(highest_{{ column }}))
            + case when providers.price_tolerance > 0 then 0.00000001 else 0 end,
            false
        )
        {%- endfor %} as is_moving
    from spreads
    inner join {{ providers }} as providers using (provider)

),

moving as (

    select
        entries.*,
        entries.last_observed_at >= entries.settles_at as is_settled,
        providers.price_tolerance,
        providers.volume_tolerance,
        providers.settled_volume_tolerance,
        providers.price_basis
    from entries
    inner join judged_spreads using ({{ version_key() | join(', ') }})
    inner join {{ providers }} as providers using (provider)
    where judged_spreads.is_moving

)
{%- endmacro %}
