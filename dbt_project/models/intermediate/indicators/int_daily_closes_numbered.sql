{{ numbered_closes(ref('daily_bars'), ['instrument_id']) }}
