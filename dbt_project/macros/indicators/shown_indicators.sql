{% macro shown_indicators(measured, instruments, plan, interval=none) -%}
    {#- What people read: stored columns, and those that follow from them. -#}
    select
        measured.instrument_id,
        instruments.symbol,
        {%- if interval %}
        '{{ interval }}' as interval,
        {%- endif %}
        measured.date,
        measured.opened_at,
        measured.close,
        {%- for item in plan.shown %}
        {{ item.is if 'is' in item else 'measured.' ~ item.name }} as {{ item.name }},
        {%- endfor %}
        measured.is_partial,
        measured.known_seq
    from {{ measured }} as measured
    inner join {{ instruments }} as instruments
        on measured.instrument_id = instruments.instrument_id
{%- endmacro %}
