{{ windowed_closes(
    ref('int_daily_closes_numbered'),
    ['instrument_id'],
    mean_windows(),
    var('band_window'),
) }}
