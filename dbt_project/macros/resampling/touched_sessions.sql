{% macro bars_of_touched_sessions(bars, mark) -%}
    {#- All bars of the sessions that new files or new actions touch; of all sessions where
        nothing was built yet. -#}
    select bars.* from {{ bars }} as bars
    {%- if mark > 0 %}
    inner join (
        select distinct
            instrument_id,
            session_date
        from {{ bars }}
        where
            last_file_seq > {{ mark }}
            or instrument_id in (
                select factors.instrument_id
                from {{ ref('adjustment_factors') }} as factors
                where factors.known_seq > {{ mark }}
            )
    ) as touched
        on bars.instrument_id = touched.instrument_id
        and bars.session_date = touched.session_date
    {%- endif -%}
{%- endmacro %}
