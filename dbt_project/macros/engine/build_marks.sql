{% macro create_build_marks() %}
    create schema if not exists intermediate;
    create table if not exists intermediate.build_marks (
        model {{ text_type() }}, built_to_file_seq bigint, rules_hash {{ text_type() }}
    );
{% endmacro %}

{% macro rules_hash(built_to_file_seq, settings='') -%}
    {#- Sessions after the day of the last built file are left out: a longer
        calendar must not rebuild anything, a corrected one must. -#}
    (
        select
            md5(
                coalesce((
                    select string_agg({{ row_text('universe') }}, ';' order by instrument_id)
                    from {{ ref('int_universe_combined') }} as universe
                ), '')
                || coalesce((
                    select string_agg(
                        {{ row_text('symbols') }}, ';' order by provider, provider_symbol, valid_from
                    )
                    from {{ ref('int_provider_symbols_listed') }} as symbols
                ), '')
                || coalesce((
                    select string_agg({{ row_text('providers') }}, ';' order by provider)
                    from {{ ref('providers') }} as providers
                ), '')
                || coalesce((
                    select string_agg({{ row_text('sessions') }}, ';' order by calendar, session_date)
                    from (
                        select
                            calendar, session_date, opens_at, closes_at,
                            break_starts_at, break_ends_at
                        from {{ ref('stg_calendar__sessions') }}
                        where session_date <= (
                            select cast(max(accepted_at) as date)
                            from {{ ref('stg_tapehouse__landing_files') }}
                            where file_seq <= {{ built_to_file_seq }}
                        )
                    ) as sessions
                ), '')
                || '{{ var("price_limit") }} {{ var("volume_limit") }}'
                || '{{ var("price_relation_tolerance") }}{{ settings }}'
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
