{{ windowed_closes(
    ref('int_daily_closes_numbered'),
    ['instrument_id'],
    var('sma_windows')
    + [var('ema_fast_window'), var('ema_slow_window'), var('band_window')],
    var('band_window'),
) }}
