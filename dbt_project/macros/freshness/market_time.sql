{% macro open_for(sessions) -%}
    {#- Microseconds that the venue is open in a session. -#}
    {{ microseconds(sessions ~ '.closes_at') }} - {{ microseconds(sessions ~ '.opens_at') }}
    - coalesce(
        {{ microseconds(sessions ~ '.break_ends_at') }}
        - {{ microseconds(sessions ~ '.break_starts_at') }}, 0
    )
{%- endmacro %}

{% macro market_position(instant, sessions) -%}
    {#- Where an instant lies on the venue's own time, which stands still while it is shut. -#}
    {{ sessions }}.starts_at_position
    + {{ microseconds(
        'least(greatest(' ~ instant ~ ', ' ~ sessions ~ '.opens_at), ' ~ sessions ~ '.closes_at)'
    ) }}
    - {{ microseconds(sessions ~ '.opens_at') }}
    - coalesce(
        {{ microseconds(
            'least(greatest(' ~ instant ~ ', ' ~ sessions ~ '.break_starts_at), '
            ~ sessions ~ '.break_ends_at)'
        ) }}
        - {{ microseconds(sessions ~ '.break_starts_at') }}, 0
    )
{%- endmacro %}

{% macro minutes_of(microseconds_open) -%}
    {#- To the millisecond and less: nobody reads more of a minute. -#}
    {{ rounded('cast(' ~ microseconds_open ~ ' as ' ~ f8() ~ ') / 60000000', 3) }}
{%- endmacro %}
