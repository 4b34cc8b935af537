"""The sandbox exchange as Alpha Vantage: one address, every answer HTTP 200, refusals as words."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sandbox.alpha_vantage import series, words
from sandbox.alpha_vantage.calls import CallCounter
from sandbox.alpha_vantage.stamps import epoch, stamp_like
from sandbox.answers import Answer, Call, Row
from sandbox.listings import Listing, find_listing

if TYPE_CHECKING:
    from sandbox.exchange import Exchange

PREMIUM = ("TIME_SERIES_DAILY_ADJUSTED", "TIME_SERIES_INTRADAY", "CRYPTO_INTRADAY")
SERVED = ("stock", "etf")
Make = Callable[[series.Scene], dict[str, Any]]
FUNCTIONS: dict[str, Make] = {
    "TIME_SERIES_DAILY": series.daily,
    "TIME_SERIES_DAILY_ADJUSTED": series.daily_adjusted,
    "TIME_SERIES_INTRADAY": series.intraday,
    "GLOBAL_QUOTE": series.global_quote,
    "DIGITAL_CURRENCY_DAILY": series.crypto_daily,
    "CRYPTO_INTRADAY": series.crypto_intraday,
}


class AlphaVantage:
    """A key that begins with `premium` may ask for all; one that begins with `free` is counted."""

    name = "alpha_vantage"

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._calls = CallCounter()

    def answer(self, call: Call) -> Answer:
        if call.path != "/query":
            return Answer(status=404, text="<h1>Not Found</h1>", content_type="text/html")
        query = call.query
        payload = self._payload(query)
        if query.get("datatype") == "csv" and self.rows(payload) is not None:
            return Answer(text=_csv(payload), content_type="application/x-download")
        return Answer(payload)

    def symbol_of(self, call: Call) -> str:
        return call.query.get("symbol", "")

    def rows(self, payload: Any) -> list[Row] | None:
        found = _series_of(payload)
        if found is None:
            return None
        return [
            {"opened_at": epoch(stamp)} | {label.split(". ", 1)[1]: one[label] for label in one}
            for stamp, one in payload[found].items()
        ]

    def with_rows(self, payload: Any, rows: list[Row]) -> Any:
        name = str(_series_of(payload))
        sample = next(iter(payload[name]), "")
        return payload | {
            name: {
                stamp_like(sample, row["opened_at"]): {
                    f"{number}. {word}": row[word]
                    for number, word in enumerate((one for one in row if one != "opened_at"), 1)
                }
                for row in rows
            }
        }

    def _payload(self, query: dict[str, str]) -> dict[str, Any]:
        key, function = query.get("apikey", ""), query.get("function", "")
        if not key:
            return words.MISSING_KEY
        if key == "demo":
            return words.DEMO_KEY
        if self._exchange.limits.enforced and key.startswith("free"):
            refusal = self._calls.refusal(key)
            if refusal is not None:
                return refusal
        if function not in FUNCTIONS:
            return words.no_function(function)
        is_premium = key.startswith("premium")
        if function in PREMIUM and not is_premium:
            return words.PREMIUM_ENDPOINT
        if function == "TIME_SERIES_DAILY" and query.get("outputsize") == "full" and not is_premium:
            return words.PREMIUM_OUTPUTSIZE
        listing = self._listing(query)
        if listing is None:
            return {"Global Quote": {}} if function == "GLOBAL_QUOTE" else words.invalid(function)
        try:
            return FUNCTIONS[function](series.Scene(self._exchange, listing, query))
        except ValueError:
            return words.invalid(function)

    def _listing(self, query: dict[str, str]) -> Listing | None:
        symbol, day = query.get("symbol", ""), self._exchange.now().date()
        if query["function"] in ("DIGITAL_CURRENCY_DAILY", "CRYPTO_INTRADAY"):
            listing = find_listing(self.name, f"{symbol}-{query.get('market', '')}", day)
            return listing if listing and listing.asset_class == "crypto" else None
        listing = find_listing(self.name, symbol, day)
        return listing if listing and listing.asset_class in SERVED else None


def _series_of(payload: Any) -> str | None:
    if not isinstance(payload, dict):
        return None
    return next((name for name in payload if name.startswith("Time Series")), None)


def _csv(payload: dict[str, Any]) -> str:
    """As it is sent: newest first, lines that end in CRLF."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    for place, (stamp, values) in enumerate(payload[str(_series_of(payload))].items()):
        if place == 0:
            names = (label.split(". ", 1)[1].replace(" ", "_") for label in values)
            writer.writerow(["timestamp", *names])
        writer.writerow([stamp, *values.values()])
    return text.getvalue()
