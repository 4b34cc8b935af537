{% macro universe_as_of(instant) -%}
    select * from {{ ref('instruments') }}
    where known_at <= {{ instant }}
{%- endmacro %}
