"""Constants of Yahoo Finance: hosts, limits, shapes of symbols."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import NamedTuple

PROVIDER = "yahoo"

HOSTS = frozenset(
    {
        "query1.finance.yahoo.com",
        "query2.finance.yahoo.com",
        "finance.yahoo.com",
        "fc.yahoo.com",
        "guce.yahoo.com",
        "consent.yahoo.com",
    }
)
CHART_URL = "https://query2.finance.yahoo.com/v8/finance/chart/"
QUOTE_URL = "https://query1.finance.yahoo.com/v7/finance/quote"
CHART_PATH = "/v8/finance/chart/"
CRUMB_PATH = "/v1/test/getcrumb"
SESSION_PATHS = frozenset({"", "/", CRUMB_PATH, "/consent", "/copyConsent", "/v2/collectConsent"})

IMPERSONATE = "chrome"
QUOTE_BATCH = 100
QUOTES_PER_UNIT = 50
SYMBOL = re.compile(r"[A-Za-z0-9^=.&_-]{1,32}")
HISTORY = timedelta(days=99 * 365)

# A daily bar belongs to the window that holds this hour of its local date: every market's session
# is under way then, whether the day is stamped with its open or with its midnight.
DAY_MARK = timedelta(hours=11)


class Limit(NamedTuple):
    """The longest window of one request and how far back Yahoo still has the interval."""

    span: timedelta | None
    back: timedelta | None


# The wall is to the second, so each bound keeps a day's distance from it.
LIMITS = {
    "1m": Limit(timedelta(days=7), timedelta(days=29)),
    "5m": Limit(None, timedelta(days=59)),
    "15m": Limit(None, timedelta(days=59)),
    "1h": Limit(None, timedelta(days=729)),
    "1d": Limit(None, None),
}
LENGTHS = {
    "1m": timedelta(minutes=1),
    "5m": timedelta(minutes=5),
    "15m": timedelta(minutes=15),
    "1h": timedelta(hours=1),
    "1d": timedelta(days=1),
}
# Hours begin on the half hour in New York, so their stamps are only checked to 15 minutes.
GRID_SECONDS = {"1m": 60, "5m": 300, "15m": 900, "1h": 900}
