{{ config(materialized='view', tags=['indicators']) }}

{{ shown_indicators(
    ref('int_intraday_bars_measured'), ref('instruments'), indicator_plan(),
    indicator_interval()
) }}
