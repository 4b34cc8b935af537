{{ macd_signals(ref('int_daily_macd_lines')) }}
