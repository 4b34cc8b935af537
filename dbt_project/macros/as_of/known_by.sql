{% macro known_by(instant) -%}
    {#- One row: the newest group of files that was accepted whole by then, and
        when. A group is loaded as one, so it is known as one. -#}
    select
        coalesce(max(group_seq), 0) as known_seq,
        max(whole_at) as known_at
    from (
        select
            group_seq,
            max(accepted_at) as whole_at
        from {{ ref('stg_tapehouse__landing_files') }}
        group by group_seq
    ) as file_groups
    where whole_at <= {{ instant }}
{%- endmacro %}

{% macro known_rows(relation) -%}
    select known.*
    from {{ relation }} as known
    inner join as_of on known.known_seq <= as_of.known_seq
{%- endmacro %}
