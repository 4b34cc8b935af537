{% macro symbol_began_on() -%}
    coalesce(
        valid_from,
        max(held_until) over (
            partition by provider, provider_symbol
            order by held_until, valid_from nulls first, instrument_id
            rows between unbounded preceding and 1 preceding
        ),
        date '1900-01-01'
    )
{%- endmacro %}

{% macro symbol_ended_on() -%}
    least(
        means_it_until,
        coalesce(
            lead(began_on) over (
                partition by provider, provider_symbol
                order by began_on, held_until, instrument_id desc
            ),
            date '9999-12-31'
        )
    )
{%- endmacro %}
