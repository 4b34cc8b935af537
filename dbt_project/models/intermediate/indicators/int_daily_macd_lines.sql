{{ macd_lines(ref('int_daily_closes_averaged'), ['instrument_id']) }}
