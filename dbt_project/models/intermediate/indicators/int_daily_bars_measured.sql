{{ config(
    materialized=series_materialization(),
    series_interval='1d',
    post_hook="{{ set_build_mark(['daily_bars'], series_settings('1d')) }}",
    tags=['indicators'],
) }}

-- Splits tell where the kernel begins again: depends_on {{ ref('int_actions_chosen') }}
{{ measured_bars('(' ~ series_source('1d') ~ ')', indicator_plan()) }}
