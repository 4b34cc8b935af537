{% macro held_on(symbols, instant) -%}
    {{ symbols }}.valid_from <= cast({{ instant }} as date)
        and {{ symbols }}.valid_to > cast({{ instant }} as date)
{%- endmacro %}

{% macro symbol_instant() -%}
    case
            when providers.symbol_basis = 'bar'
                then coalesce(bars.local_date, cast(bars.stamped_at as date))
            else coalesce(requests.requested_at, landing_files.accepted_at)
        end
{%- endmacro %}
