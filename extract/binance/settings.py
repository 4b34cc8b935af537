"""Constants of Binance spot: limits, weights, shapes of symbols."""

from __future__ import annotations

import re
from datetime import timedelta

PROVIDER = "binance"
BARS = "binance_bars"
TRADES = "binance_trades"
AGG_TRADES = "binance_agg_trades"
BOOK_TICKERS = "binance_book_tickers"
TICKERS = "binance_tickers"
SYMBOLS = "binance_symbols"

LENGTHS = {
    "1m": timedelta(minutes=1),
    "5m": timedelta(minutes=5),
    "15m": timedelta(minutes=15),
    "1h": timedelta(hours=1),
    "1d": timedelta(days=1),
}
MOST_BARS = 1000
MOST_TRADES = 1000
# Aggregate trades are found by time within so long a window.
LONGEST_LOOKUP = timedelta(hours=1)
# One call for the last 24 hours of so many symbols weighs 40; more of them weigh 80.
SYMBOLS_PER_TICKER_CALL = 100
SYMBOL = re.compile(r"[A-Z0-9_.-]{1,20}")

# By the end of the path; what is not named here is taken for the dearest call we make.
WEIGHTS = {
    "/klines": 2,
    "/aggTrades": 4,
    "/trades": 25,
    "/ticker/bookTicker": 4,
    "/exchangeInfo": 20,
}
DEAREST_CALL = 40
WEIGHTS_OF_UNITS = {
    "bars": 2,
    "trades": 25,
    "agg_trades": 4,
    "book_tickers": 4,
    "symbols": 20,
    "tickers": 40,
}
WEIGHT_HEADER = "x-mbx-used-weight-1m"

# A stamp outside of these is in another unit than milliseconds, or nonsense.
EARLIEST_MS = 1_262_304_000_000
LATEST_MS = 4_102_444_800_000

# Larger than this is a time in microseconds: archives count so from 2025 on.
MOST_MILLISECONDS = 100_000_000_000_000
# The file of a day is there this long after its end, that of a month after the first Monday.
ARCHIVED_AFTER = timedelta(hours=12)
# Fewer days than this are asked of the API.
LEAST_ARCHIVED_DAYS = timedelta(days=3)
CHECKSUM_SUFFIX = ".CHECKSUM"
# Even if each line came twice, a file of klines has no more bytes than this a bar.
LONGEST_KLINE = 512
# No file of a day's trades is believed to be larger.
MOST_TRADES_BYTES = 512 * 1024 * 1024
