{% macro create_build_marks() %}
    create schema if not exists intermediate;
    create table if not exists intermediate.build_marks (
        model {{ text_type() }}, built_to_file_seq bigint, rules_hash {{ text_type() }}
    );
    create table if not exists intermediate.standing_mark (project_hash {{ text_type() }});
    delete from intermediate.standing_mark;
{% endmacro %}

{% macro built_day() -%}
    coalesce(cast(max(landing_files.accepted_at) as date), date '1900-01-01')
{%- endmacro %}

{% macro rules_hash(built_to_file_seq, settings='') -%}
    (
        select
            md5(
                rules_hash
                || '{{ var("price_limit") }} {{ var("volume_limit") }}'
                || '{{ var("price_relation_tolerance") }}{{ settings }}'
            )
        from {{ ref('int_rules_hashed') }}
        where built_day = (
            select {{ built_day() }}
            from {{ ref('stg_tapehouse__landing_files') }} as landing_files
            where landing_files.file_seq <= {{ built_to_file_seq }}
        )
    )
{%- endmacro %}

{% macro built_to_file_seq() %}
    {{ return(stored_mark() if execute and is_incremental() else 0) }}
{% endmacro %}

{% macro stored_mark(settings='') %}
    {#- 0 where nothing was built, or by other rules or settings than now. -#}
    {%- set mark = "(select max(built_to_file_seq) from intermediate.build_marks where model = '"
        ~ this.name ~ "')" -%}
    {%- set rows = run_query(
        "select built_to_file_seq from intermediate.build_marks where model = '"
        ~ this.name ~ "' and rules_hash = " ~ rules_hash(mark, settings)
    ).rows -%}
    {{ return(rows[0][0] if rows | length > 0 else 0) }}
{% endmacro %}

{% macro forget_stale_rows() %}
    {%- if is_incremental() and built_to_file_seq() == 0 -%}
        delete from {{ this }}
    {%- endif -%}
{% endmacro %}

{% macro set_build_mark(upstream=[], settings='') %}
    {%- set built_to -%}
        {%- if upstream -%}
            (
                select coalesce(min(built_to_file_seq), 0)
                from intermediate.build_marks
                where model in ('{{ upstream | join("', '") }}')
            )
        {%- else -%}
            (
                select coalesce(max(file_seq), 0)
                from {{ ref('stg_tapehouse__landing_files') }}
            )
        {%- endif -%}
    {%- endset %}
    delete from intermediate.build_marks where model = '{{ this.name }}';
    insert into intermediate.build_marks (model, built_to_file_seq, rules_hash)
    select '{{ this.name }}', {{ built_to }}, {{ rules_hash(built_to, settings) }}
{% endmacro %}
