{% macro indicators_as_of(instant) -%}
    {#- technical_indicators as they were at the instant: the same plan over the
        bars and instruments that were known. -#}
    with

    known_bars as (

        select * from (
            {{ bars_as_of(instant) }}
        ) as bars
        where interval = '1d'

    ),

    known_instruments as (

        {{ universe_as_of(instant) }}

    ),

    series_known as (

        {{ series_bars('known_bars', 'known_instruments', '1d') }}

    ),

    measured as (

        {{ measured_bars('series_known', indicator_plan()) }}

    )

    {{ shown_indicators('measured', 'known_instruments', indicator_plan()) }}
{%- endmacro %}
