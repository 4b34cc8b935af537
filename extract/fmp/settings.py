"""Constants of Financial Modeling Prep: paths, windows, tenors, shapes of symbols."""

from __future__ import annotations

import re
from datetime import time, timedelta
from zoneinfo import ZoneInfo

PROVIDER = "fmp"

# Intraday stamps carry no zone; the provider says they are New York's, for what trades there.
ZONE_NAME = "America/New_York"
ZONE = ZoneInfo(ZONE_NAME)
# Between the sessions of every calendar of that zone, futures included: where windows are cut.
EVENING = time(18)
# A daily bar belongs to the window that holds this hour of its date.
NOON = time(12)
USUAL_CALENDAR = "XNYS"

QUOTE = "/stable/quote"
BATCH_QUOTE = "/stable/batch-quote"
CHART = "/stable/historical-chart/"
DAYS = "/stable/historical-price-eod/full"
TREASURY = "/stable/treasury-rates"
SPLITS = "/stable/splits"
DIVIDENDS = "/stable/dividends"

CHARTS = {"1m": "1min", "5m": "5min", "15m": "15min", "1h": "1hour"}
LENGTHS = {
    "1m": timedelta(minutes=1),
    "5m": timedelta(minutes=5),
    "15m": timedelta(minutes=15),
    "1h": timedelta(hours=1),
}
# An answer that would be longer is cut without a word, at a length that is not published.
SPANS = {
    "1m": timedelta(days=1),
    "5m": timedelta(days=5),
    "15m": timedelta(days=5),
    "1h": timedelta(days=30),
    "1d": timedelta(days=5 * 365),
}
# 90 days are allowed; whether both ends count is not said.
CURVE_SPAN = timedelta(days=88)
MOST_CALLS = 64

# A bar goes on changing for about three and a half minutes after it has ended.
SETTLE = timedelta(seconds=300)
# Nothing is concluded from silence about a session before it has run, or its day has been
# published, for so long.
UNDER_WAY = timedelta(hours=1)
PUBLISHED = timedelta(hours=6)
# The traffic cap counts thirty days back: asked again once a day.
BANDWIDTH_REST = 86_400.0

SYMBOL = re.compile(r"[A-Za-z0-9^=.&_-]{1,32}")
TENORS = (
    "month1", "month2", "month3", "month6", "year1", "year2", "year3", "year5", "year7",
    "year10", "year20", "year30",
)  # fmt: skip
