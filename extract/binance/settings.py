"""Constants of Binance spot: limits, weights, shapes of symbols."""

from __future__ import annotations

import re
from datetime import timedelta

PROVIDER = "binance"

LENGTHS = {
    "1m": timedelta(minutes=1),
    "5m": timedelta(minutes=5),
    "15m": timedelta(minutes=15),
    "1h": timedelta(hours=1),
    "1d": timedelta(days=1),
}
MOST_BARS = 1000
MOST_TRADES = 1000
SYMBOL = re.compile(r"[A-Z0-9_.-]{1,20}")

# By the end of the path; what is not named here is taken for the dearest call we make.
WEIGHTS = {"/klines": 2, "/trades": 25, "/ticker/bookTicker": 4}
DEAREST_CALL = 25
WEIGHTS_OF_UNITS = {"bars": 2, "trades": 25, "book_tickers": 4}
WEIGHT_HEADER = "x-mbx-used-weight-1m"

# A stamp outside of these is in another unit than milliseconds, or nonsense.
EARLIEST_MS = 1_262_304_000_000
LATEST_MS = 4_102_444_800_000
