"""Constants of Alpha Vantage: functions, plans, limits, shapes of symbols."""

from __future__ import annotations

import re
from datetime import time, timedelta

PROVIDER = "alpha_vantage"

DAILY = "TIME_SERIES_DAILY"
DAILY_ADJUSTED = "TIME_SERIES_DAILY_ADJUSTED"
INTRADAY = "TIME_SERIES_INTRADAY"
CRYPTO_DAILY = "DIGITAL_CURRENCY_DAILY"
CRYPTO_INTRADAY = "CRYPTO_INTRADAY"
QUOTE = "GLOBAL_QUOTE"

# Its hours are left out: recordings disagree whether they begin on the clock's hour or with the
# session, and ours begin with the session.
INTERVALS = {"1m": "1min", "5m": "5min", "15m": "15min"}
LENGTHS = {
    "1m": timedelta(minutes=1),
    "5m": timedelta(minutes=5),
    "15m": timedelta(minutes=15),
}

# A compact answer has the newest 100 rows: 20 weeks hold at most as many sessions.
COMPACT_ROWS = 100
COMPACT_DAYS = 140

SYMBOL = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,23}")
PAIR = re.compile(r"([A-Za-z0-9]{1,12})/([A-Za-z]{3,6})")

# A daily bar belongs to the window that holds this hour of its date: every market is open then.
DAY_MARK = timedelta(hours=11)

# Hours of the US market, on its own clock: they tell whether stamps are starts or ends of bars.
MARKET_OPENS, MARKET_CLOSES, EXTENDED_CLOSES = time(9, 30), time(16, 0), time(20, 0)

# A call refused for coming too soon is believed to count, so the pause is longer than asked.
BURST_REST = 1.5
MINUTE_REST = 60.0
# The hour at which the day's calls are given back is not told.
QUOTA_REST = 86_400.0
