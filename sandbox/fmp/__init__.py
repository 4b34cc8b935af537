"""The sandbox exchange as Financial Modeling Prep's stable endpoints: charts, curve, quotes."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zlib import crc32

from sandbox.answers import Answer, Call, Row
from sandbox.fmp import charts, errors
from sandbox.fmp.curve import curve
from sandbox.fmp.prices import FmpView
from sandbox.fmp.quote import dividends, quote, short_quote, splits
from sandbox.gates import Gate
from sandbox.listings import Listing, all_listings, find_listing

if TYPE_CHECKING:
    from sandbox.exchange import Exchange

STABLE = "/stable/"
CHART = "historical-chart/"
DAYS = "historical-price-eod/"
DAY_KINDS = ("full", "light", "non-split-adjusted", "dividend-adjusted")
OF_CLASS = {"batch-index-quotes": "index", "batch-commodity-quotes": "commodity"}
OF_SYMBOL: dict[str, Callable[[FmpView], Any]] = {
    "quote": lambda view: [quote(view)],
    "quote-short": lambda view: [short_quote(view)],
    "splits": splits,
    "dividends": dividends,
}
# Every key is taken but those that begin so.
WRONG_KEY = "wrong"
NEW_YORK = "America/New_York"
STAMP, DAY = "%Y-%m-%d %H:%M:%S", "%Y-%m-%d"


class Fmp:
    name = "fmp"

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        limits = exchange.limits
        self.gate = Gate(lambda: {60.0: limits.fmp_requests_per_minute})

    def answer(self, call: Call) -> Answer:
        key = call.query.get("apikey", "")
        if not key or key.startswith(WRONG_KEY):
            return errors.invalid_key()
        if self.gate.refusal(enforced=self._exchange.limits.enforced):
            return errors.limit_reach()
        if call.path.startswith(("/api/v3/", "/api/v4/")):
            return errors.legacy_endpoint()
        if not call.path.startswith(STABLE):
            return errors.wrong_path()
        try:
            return self._route(call.path.removeprefix(STABLE), call)
        except ValueError:
            # Dates that are none: real answers to these are not known.
            return Answer([])

    def symbol_of(self, call: Call) -> str:
        return call.query.get("symbol", call.query.get("symbols", ""))

    def rows(self, payload: Any) -> list[Row] | None:
        """Stamps as seconds of a clock without a zone, so that damage can add to them."""
        if not isinstance(payload, list) or not payload or "close" not in payload[0]:
            return None
        return [
            {"opened_at": int(_naive(row["date"]).replace(tzinfo=UTC).timestamp())}
            | {name: value for name, value in row.items() if name != "date"}
            for row in payload
        ]

    def with_rows(self, payload: Any, rows: list[Row]) -> Any:
        pattern = DAY if len(payload[0]["date"]) == len("2026-03-11") else STAMP
        return [
            {"date": datetime.fromtimestamp(row["opened_at"], UTC).strftime(pattern)}
            | {name: value for name, value in row.items() if name != "opened_at"}
            if "opened_at" in row
            else row
            for row in rows
        ]

    def _route(self, path: str, call: Call) -> Answer:
        plan, query = self._exchange.limits.fmp_plan, call.query
        if plan == "free" and path.startswith((CHART, "batch-")):
            return errors.exclusive_endpoint()
        if path == "treasury-rates":
            now = self._exchange.now()
            seconds = int(now.replace(tzinfo=UTC).timestamp())
            return Answer(curve(self._exchange.market, query, now.date(), seconds))
        if path in ("batch-quote", "batch-quote-short"):
            symbols = dict.fromkeys(filter(None, query.get("symbols", "").split(",")))
            listings = [one for symbol in symbols if (one := self._listing(symbol)) is not None]
            return self._many(listings, call, quote if path == "batch-quote" else short_quote)
        if path in OF_CLASS:
            listings = [one for one in all_listings() if one.asset_class == OF_CLASS[path]]
            return self._many(listings, call, short_quote)
        return self._of_symbol(path, call)

    def _of_symbol(self, path: str, call: Call) -> Answer:
        query, most = call.query, self._exchange.limits.fmp_intraday_rows
        interval, kind = path.removeprefix(CHART), path.removeprefix(DAYS)
        is_chart = path.startswith(CHART) and interval in charts.MINUTES
        is_days = path.startswith(DAYS) and kind in DAY_KINDS
        if not (is_chart or is_days or path in OF_SYMBOL):
            return errors.wrong_path()
        listing = self._listing(query.get("symbol", ""))
        if listing is None:
            return Answer([])
        if listing.asset_class in ("stock", "etf") and listing.venue.zone != NEW_YORK:
            return errors.premium_symbol()
        view = self._view(listing, call)
        if view.last is None:
            return Answer([])
        if is_chart:
            return Answer(charts.intraday(view, interval, query, most))
        if is_days:
            return Answer(charts.daily(view, kind, query))
        return Answer(OF_SYMBOL[path](view))

    def _many(self, listings: list[Listing], call: Call, shape: Callable[[FmpView], Any]) -> Answer:
        views = [self._view(listing, call) for listing in listings]
        return Answer([shape(view) for view in views if view.last is not None])

    def _listing(self, symbol: str) -> Listing | None:
        listing = find_listing(self.name, symbol, self._exchange.now().date())
        has_bars = listing is not None and listing.asset_class != "bond"
        return listing if has_bars and not (listing and listing.binance_symbol) else None

    def _view(self, listing: Listing, call: Call) -> FmpView:
        seconds = int(self._exchange.now().replace(tzinfo=UTC).timestamp())
        jitter = self._jitter(listing.symbol, call.number)
        return FmpView(self._exchange.market, listing, seconds, jitter)

    def _jitter(self, symbol: str, number: int) -> float:
        if not self._exchange.jitter:
            return 0.0
        noise = crc32(f"fmp {self._exchange.seed} {symbol} {number}".encode())
        return math.copysign(1e-8 + 4e-8 * (noise % 1000) / 1000, noise % 7 - 3)


def _naive(text: str) -> datetime:
    return datetime.strptime(text, DAY if len(text) == len("2026-03-11") else STAMP)
