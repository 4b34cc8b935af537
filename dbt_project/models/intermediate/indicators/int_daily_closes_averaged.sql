{{ recursive_averages(
    ref('int_daily_closes_windowed'), ['instrument_id'], price_averages()
) }}
