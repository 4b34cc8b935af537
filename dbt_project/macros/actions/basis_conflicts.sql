{% macro is_close_to(value, target) -%}
    coalesce(abs({{ value }} - {{ target }}) <= 0.00001 * abs({{ target }}), false)
{%- endmacro %}

{% macro is_split_like(ratio, split_ratio, newest_split_ratio) -%}
    {#- Whether a re-read differs from what is held as it would on another split
        basis: by the ratio of a split known, or by so much that no correction
        is likelier than a split nobody told yet (the bar may be corrected on
        the same day, so the ratio need not be round). A hundredfold is pence
        against pounds. -#}
    {%- set size = 'greatest(' ~ ratio ~ ', 1 / (' ~ ratio ~ '))' -%}
    (
        {{ is_known_split(ratio, split_ratio, newest_split_ratio) }}
        or coalesce({{ size }} >= {{ var('smallest_split') }} and {{ size }} < 99, false)
    )
{%- endmacro %}

{% macro is_known_split(ratio, split_ratio, newest_split_ratio) -%}
    (
        {%- for known in [split_ratio, newest_split_ratio] %}
        coalesce({{ known }} <> 1, false) and (
            {{ is_close_to(ratio, known) }} or {{ is_close_to(ratio, '(1 / ' ~ known ~ ')') }}
        ){{ ' or' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}

{% macro volume_goes_along(ratio, held, next) -%}
    {#- Another basis divides the volume by what it multiplies the prices with: is
        it nearer to that than to the volume held? A correction leaves it alone. -#}
    {%- set change = 'cast(' ~ next ~ ' as ' ~ f8() ~ ') / nullif(' ~ held ~ ', 0)' -%}
    coalesce(
        case
            when {{ ratio }} > 1 then ({{ change }}) * ({{ change }}) * {{ ratio }} < 1
            else ({{ change }}) * ({{ change }}) * {{ ratio }} > 1
        end,
        true
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
