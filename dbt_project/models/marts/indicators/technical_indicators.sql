{{ config(tags=['indicators']) }}

{{ indicators_measured(ref('int_daily_macd_lines'), ref('int_daily_macd_signals')) }}
