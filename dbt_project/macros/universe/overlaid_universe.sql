{% macro overlaid_universe(shipped, personal) -%}
    {#- A personal row stands for the shipped one with its number. -#}
    select
        {{ universe_columns('shipped') }},
        false as is_personal,
        true as is_followed
    from {{ shipped }} as shipped
    left join {{ personal }} as personal
        on shipped.instrument_id = personal.instrument_id
    where personal.instrument_id is null

    union all

    select
        {{ universe_columns('personal') }},
        personal.instrument_id > 1000000 as is_personal,
        personal.is_followed
    from {{ personal }} as personal
{%- endmacro %}
