"""Constants of Massive: endpoints, page sizes, shapes of tickers and of times."""

from __future__ import annotations

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

PROVIDER = "massive"

BARS_PATH = "/v2/aggs/ticker"
TRADES_PATH = "/v3/trades"
QUOTES_PATH = "/v3/quotes"
TICKERS_PATH = "/v3/reference/tickers"
SPLITS_PATH = "/v3/reference/splits"
DIVIDENDS_PATH = "/v3/reference/dividends"
STATUS_PATH = "/v1/marketstatus/now"
HOLIDAYS_PATH = "/v1/marketstatus/upcoming"

# The vendor answers under both of its names, and its next_url may carry either.
OWN_HOSTS = frozenset({"api.massive.com", "api.polygon.io"})

# Stocks, funds and indices; a share class is written BRK.B, an index I:SPX.
TICKER = re.compile(r"(I:)?[A-Za-z0-9][A-Za-z0-9._-]{0,30}")

NEW_YORK = ZoneInfo("America/New_York")
# Its venues all keep the hours of this calendar.
CALENDAR = "XNYS"
# A day belongs to the window that holds this hour of New York: the session is under way then.
DAY_MARK = timedelta(hours=11)

# What is asked of /v2/aggs for each interval. There is no 1h: its hours sit on the clock's hours,
# and ours count from the session's open, so they are made of minutes downstream.
TIMESPANS = {"1m": (1, "minute"), "5m": (5, "minute"), "15m": (15, "minute"), "1d": (1, "day")}
LENGTHS = {
    "1m": timedelta(minutes=1),
    "5m": timedelta(minutes=5),
    "15m": timedelta(minutes=15),
    "1d": timedelta(days=1),
}

# `limit` counts base aggregates, minutes or days, so a page of so many minutes is 34 days at least.
MOST_BASE_BARS = 50_000
MINUTES_SPAN = timedelta(days=30)
MOST_TICKS = 50_000
NEWEST_TICKS = 1_000
MOST_REFERENCES = 1_000
MOST_PAGES = 1_000

# Stamps outside of these are in another unit, or nonsense.
EARLIEST_MS = 946_684_800_000
LATEST_MS = 4_102_444_800_000

# A free key has five calls a minute and is locked out for longer when it goes on asking.
CALLS_A_MINUTE = 5
