{{ config(materialized='view', tags=['indicators']) }}

{{ shown_indicators(
    ref('int_daily_bars_measured'), ref('instruments'), indicator_plan()
) }}
