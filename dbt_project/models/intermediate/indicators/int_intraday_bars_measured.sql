{{ config(
    materialized=series_materialization(),
    post_hook="{{ set_build_mark(
        ['int_intraday_bars_chosen', 'int_bars_resampled'], series_settings(indicator_interval())
    ) }}",
    tags=['indicators'],
) }}

-- Splits tell where the kernel begins again: depends_on {{ ref('int_actions_chosen') }}
{{ measured_bars('(' ~ series_source(indicator_interval()) ~ ')', indicator_plan()) }}
