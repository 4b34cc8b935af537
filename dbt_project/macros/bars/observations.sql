{% macro instruments_to_rederive() %}
    {#- A split that became known after the mark changes what earlier
        observations of its instrument mean. -#}
    {%- set splits = ref('int_splits_known') -%}
    {%- set mark = built_to_file_seq() -%}
    {%- if execute and mark > 0 -%}
        {%- set rows = run_query(
            "select distinct instrument_id from " ~ splits
            ~ " where file_seq > " ~ mark ~ " order by instrument_id"
        ).rows -%}
        {{ return(rows | map(attribute=0) | list) }}
    {%- endif -%}
    {{ return([]) }}
{% endmacro %}

{% macro forget_rederived_instruments() %}
    {%- set instruments = instruments_to_rederive() -%}
    {%- if instruments -%}
        delete from {{ this }}
        where instrument_id in ({{ instruments | join(', ') }})
    {%- endif -%}
{% endmacro %}

{% macro judged_bars_in_scope() %}
    {%- set judged = ref('int_bars_judged') -%}
    {%- set instruments = instruments_to_rederive() -%}
    select * from {{ judged }}
    where file_seq > {{ built_to_file_seq() }}
    {%- if instruments %}
        and (
            instrument_id is null
            or instrument_id not in ({{ instruments | join(', ') }})
        )

    union all

    select * from {{ judged }}
    where instrument_id in ({{ instruments | join(', ') }})
    {%- endif -%}
{% endmacro %}
