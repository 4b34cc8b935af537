{% macro instruments_to_reread() %}
    {#- A split that became known after the mark gives earlier readings of its
        instrument a second meaning. -#}
    {%- set splits = ref('int_split_versions') -%}
    {%- set mark = built_to_file_seq() -%}
    {%- if execute and mark > 0 -%}
        {%- set rows = run_query(
            "select distinct instrument_id from " ~ splits
            ~ " where known_seq > " ~ mark ~ " order by instrument_id"
        ).rows -%}
        {{ return(rows | map(attribute=0) | list) }}
    {%- endif -%}
    {{ return([]) }}
{% endmacro %}

{% macro forget_reread_instruments() %}
    {%- set instruments = instruments_to_reread() -%}
    {%- if instruments -%}
        delete from {{ this }}
        where instrument_id in ({{ instruments | join(', ') }})
    {%- endif -%}
{% endmacro %}

{% macro judged_bars_in_scope(newly_known_only) %}
    {#- Bars of new files, and bars of old files whose instrument has a new
        split: only as the split reads them, or with all that was known before. -#}
    {%- set judged = ref('int_bars_judged') -%}
    {%- set mark = built_to_file_seq() -%}
    {%- set instruments = instruments_to_reread() -%}
    select * from {{ judged }}
    where file_seq > {{ mark }}
    {%- if instruments %}

    union all

    select * from {{ judged }}
    where
        file_seq <= {{ mark }}
        and instrument_id in ({{ instruments | join(', ') }})
        {%- if newly_known_only %}
        and known_seq > {{ mark }}
        {%- endif %}
    {%- endif -%}
{% endmacro %}
