{% macro current_versions_of(entries) -%}
    {#- Newest stored version of every bar that has a new reading. -#}
    select
        {{ version_columns('stored') }},
        stored.version_number,
        {%- for column in version_state() %}
        stored.{{ column }},
        {%- endfor %}
        false as is_reread,
        cast(null as {{ f8() }}) as split_ratio,
        cast(null as {{ f8() }}) as newest_split_ratio
    from (
        select
            held.*,
            row_number() over (
                partition by
                    held.instrument_id, held.interval, held.opened_at, held.provider
                order by held.version_number desc
            ) as age
        from {{ this }} as held
        inner join (
            select distinct {{ version_key() | join(', ') }} from {{ entries }}
        ) as touched
            using ({{ version_key() | join(', ') }})
    ) as stored
    where stored.age = 1
{%- endmacro %}
