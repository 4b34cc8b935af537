{% macro is_close_to(value, target) -%}
    coalesce(abs({{ value }} - {{ target }}) <= 0.00001 * abs({{ target }}), false)
{%- endmacro %}

{% macro is_split_like(ratio, split_ratio, newest_split_ratio) -%}
    {#- Whether a re-read differs from what is held as it would on another split
        basis: by the ratio of a split known, or by one that splits have
        (n:1 to n:4, at least 6:5). A hundredfold is pence against pounds. -#}
    {%- set size = 'greatest(' ~ ratio ~ ', 1 / (' ~ ratio ~ '))' -%}
    coalesce(
        {%- for known in [split_ratio, newest_split_ratio] %}
        ({{ known }} <> 1 and (
            {{ is_close_to(ratio, known) }} or {{ is_close_to(ratio, '(1 / ' ~ known ~ ')') }}
        ))
        or
        {%- endfor %}
        ({{ size }} >= 1.2 and {{ size }} < 99 and (
            {%- for shares in [1, 2, 3, 4] %}
            {{ is_close_to(size ~ ' * ' ~ shares, 'round(' ~ size ~ ' * ' ~ shares ~ ')') }}
            {{- ' or' if not loop.last }}
            {%- endfor %}
        )),
        false
    )
{%- endmacro %}

{% macro is_same_conflict(ratio, held) -%}
    {{ is_close_to(ratio, held ~ '.conflict_ratio') }}
{%- endmacro %}

{% macro is_confirmed_conflict(ratio, held, known_at) -%}
    {#- A provider that stays with it for days means it: no split is late so long. -#}
    ({{ is_same_conflict(ratio, held) }}
        and {{ known_at }} >= {{ held }}.conflict_since
        + {{ var('basis_conflict_days') }} * interval '1 day')
{%- endmacro %}
