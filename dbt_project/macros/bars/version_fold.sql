{% macro folded_versions() -%}
    {#- CTEs that end in `folded`: one row per version. -#}
    {%- set key = version_key() | join(', ') -%}
{{ version_walk() }},

placed as (

    select
        {{ key }},
        entries.entry_number,
        coalesce(walk.version_number, entries.version_number) as version_number,
        coalesce(walk.birth_entry_number, 1) as birth_entry_number,
        coalesce(walk.cause, entries.cause) as cause,
        coalesce(walk.is_set_aside, false) as is_set_aside,
        case when walk.entry_number is null then entries.settled_volume else walk.settled_volume end
            as settled_volume,
        walk.conflict_ratio,
        walk.conflict_since,
        entries.last_observed_at,
        entries.whole_known_at,
        entries.final_known_at,
        entries.observation_count,
        entries.set_aside_count,
        entries.last_file_seq,
        row_number() over (partition by {{ key }} order by entry_number desc) as age
    from entries
    left join walk using ({{ key }}, entry_number)

),

gathered as (

    select
        {{ key }},
        birth_entry_number,
        max(version_number) as version_number,
        max(cause) as cause,
        max(settled_volume) as settled_volume,
        max(case when age = 1 then conflict_ratio end) as conflict_ratio,
        max(case when age = 1 then conflict_since end) as conflict_since,
        max(case when not is_set_aside then last_observed_at end) as last_observed_at,
        min(case when not is_set_aside then whole_known_at end) as whole_known_at,
        min(case when not is_set_aside then final_known_at end) as final_known_at,
        sum(case when is_set_aside then 0 else observation_count end) as observation_count,
        sum(set_aside_count + case when is_set_aside then 1 else 0 end) as set_aside_count,
        max(last_file_seq) as last_file_seq
    from placed
    group by {{ key }}, birth_entry_number

),

folded as (

    select
        {{ version_columns('entries') }},
        cast(coalesce(gathered.version_number, 1) as integer) as version_number,
        gathered.cause,
        gathered.settled_volume,
        gathered.last_observed_at,
        gathered.whole_known_at,
        gathered.final_known_at,
        cast(gathered.observation_count as bigint) as observation_count,
        cast(gathered.set_aside_count as bigint) as set_aside_count,
        gathered.conflict_ratio,
        gathered.conflict_since,
        gathered.last_file_seq
    from entries
    inner join gathered
        on entries.instrument_id = gathered.instrument_id
        and entries.interval = gathered.interval
        and entries.opened_at = gathered.opened_at
        and entries.provider = gathered.provider
        and entries.entry_number = gathered.birth_entry_number

)
{%- endmacro %}
