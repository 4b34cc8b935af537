{% macro indicators_as_of(instant) -%}
    {#- technical_indicators as they were at the instant: the same macros over
        the bars that were known. -#}
    with

    daily_bars as (

        select * from (
            {{ bars_as_of(instant) }}
        ) as bars
        where interval = '1d'

    ),

    numbered as (

        {{ numbered_closes('daily_bars', ['instrument_id']) }}

    ),

    windowed as (

        {{ windowed_closes('numbered', ['instrument_id'], mean_windows(), var('band_window')) }}

    ),

    averaged as (

        {{ recursive_averages('windowed', ['instrument_id'], price_averages()) }}

    ),

    lines as (

        {{ macd_lines('averaged', ['instrument_id']) }}

    ),

    signals as (

        {{ macd_signals('lines') }}

    )

    {{ indicators_measured('lines', 'signals') }}
{%- endmacro %}
