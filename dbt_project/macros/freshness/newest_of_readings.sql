{% macro newest_of_readings(bars) -%}
    {#- Of what became known at one moment, the newest bar counts. -#}
readings as (

    select
        instrument_id,
        interval,
        first_known_at,
        max(session_date) as session_date,
        max(closed_at) as closed_at
    from {{ bars }}
    group by instrument_id, interval, first_known_at

)
{%- endmacro %}
