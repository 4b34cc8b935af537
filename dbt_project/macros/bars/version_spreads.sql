{% macro spread_versions(observations, providers) -%}
    {#- CTEs that tell the bars whose values all lie within tolerance of one
        another, which have one version, from the `moving` ones. -#}
entries as (

    select
        observations.*,
        row_number() over (
            partition by instrument_id, interval, opened_at, provider
            order by version_number nulls last, file_seq, row_number
        ) as entry_number
    from {{ observations }} as observations

),

spreads as (

    select
        instrument_id,
        interval,
        opened_at,
        provider,
        {%- for column in ['open', 'high', 'low', 'close', 'volume'] %}
        min({{ column }}) as lowest_{{ column }},
        max({{ column }}) as highest_{{ column }},
        count({{ column }}) as {{ column }}_count,
        {%- endfor %}
        count(*) as entry_count,
        sum(observation_count) as observation_count,
        max(last_observed_at) as last_observed_at,
        max(last_file_seq) as last_file_seq
    from entries
    group by instrument_id, interval, opened_at, provider

),

judged_spreads as (

    select
        spreads.*,
        {%- for column in ['open', 'high', 'low', 'close', 'volume'] %}
        {%- set tolerance = 'volume_tolerance' if column == 'volume' else 'price_tolerance' %}
        {{ column }}_count not in (0, entry_count)
        or coalesce(
            highest_{{ column }} - lowest_{{ column }}
            > {{ tolerance }} * least(abs(lowest_{{ column }}), abs(highest_{{ column }})),
            false
        )
        {{ 'or' if not loop.last else 'as is_moving' }}
        {%- endfor %}
    from spreads
    inner join {{ providers }} as providers using (provider)

),

moving as (

    select
        entries.*,
        providers.price_tolerance,
        providers.volume_tolerance
    from entries
    inner join judged_spreads
        using (instrument_id, interval, opened_at, provider)
    inner join {{ providers }} as providers using (provider)
    where judged_spreads.is_moving

)
{%- endmacro %}
