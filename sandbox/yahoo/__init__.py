"""The sandbox exchange as Yahoo Finance: cookie and crumb, charts, quotes, refusals."""

from __future__ import annotations

import math
from datetime import UTC
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote
from zlib import crc32

from sandbox.answers import Answer, Call, Row
from sandbox.gates import Gate
from sandbox.listings import find_listing
from sandbox.yahoo import errors
from sandbox.yahoo.chart import chart
from sandbox.yahoo.prices import View
from sandbox.yahoo.quote import quote

if TYPE_CHECKING:
    from sandbox.exchange import Exchange

CHART = "/v8/finance/chart/"
SUMMARY = "/v10/finance/quoteSummary/"
CRUMB_PATH = "/v1/test/getcrumb"
HEADERS = {
    "Cache-Control": "public, max-age=10, stale-while-revalidate=20",
    "Age": "0",
    "Vary": "Origin,Accept-Encoding",
    "X-Content-Type-Options": "nosniff",
}
CONSENT_PATHS = ("/consent", "/v2/collectConsent", "/copyConsent")
CONSENT_PAGE = (
    '<html><body><form method="post"><input type="hidden" name="csrfToken" value="sandbox">'
    '<input type="hidden" name="sessionId" value="1_sandbox"></form></body></html>'
)
NAMES = ("open", "high", "low", "close", "volume")


class Yahoo:
    name = "yahoo"

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        limits = exchange.limits
        self.gate = Gate(lambda: {60.0: limits.yahoo_requests_per_minute})
        digest = crc32(f"crumb {exchange.seed}".encode())
        self.crumb = f"{digest:08x}"[:4] + "/" + f"{digest:08x}"[4:7] + ".Qz"
        self.cookie = f"d=AQABB{digest:08x}&S=AQAAAr"

    def answer(self, call: Call) -> Answer:
        if self.gate.refusal(enforced=self._exchange.limits.enforced):
            return errors.too_many_requests(call.path == CRUMB_PATH)
        answer = self._route(call)
        for name, value in HEADERS.items():
            answer.headers.setdefault(name, value)
        return answer

    def symbol_of(self, call: Call) -> str:
        if call.path.startswith(CHART):
            return unquote(call.path[len(CHART) :])
        return call.query.get("symbols", "")

    def rows(self, payload: Any) -> list[Row] | None:
        try:
            result = payload["chart"]["result"][0]
            quotes = result["indicators"]["quote"][0]
            stamps = result["timestamp"]
        except (KeyError, TypeError, IndexError):
            return None
        adjusted = result["indicators"].get("adjclose", [{}])[0].get("adjclose")
        rows = []
        for place, stamp in enumerate(stamps):
            row = {"opened_at": stamp} | {name: quotes[name][place] for name in NAMES}
            rows.append(row if adjusted is None else row | {"adjclose": adjusted[place]})
        return rows

    def with_rows(self, payload: Any, rows: list[Row]) -> Any:
        result = payload["chart"]["result"][0]
        indicators = {"quote": [_column_wise(rows, ("opened_at", "adjclose"))]}
        if "adjclose" in result["indicators"]:
            indicators["adjclose"] = [{"adjclose": [row.get("adjclose") for row in rows]}]
        stamps = [row.get("opened_at") for row in rows]
        result = result | {"timestamp": stamps, "indicators": indicators}
        return {"chart": {"result": [result], "error": None}}

    def _route(self, call: Call) -> Answer:
        if call.path in ("", "/"):
            return self._page("", 404)
        if call.path in CONSENT_PATHS:
            return self._page(CONSENT_PAGE, 200)
        if call.path == CRUMB_PATH:
            if not self._has_cookie(call):
                return errors.unauthorized("Invalid Cookie")
            return Answer(text=self.crumb, content_type="text/plain")
        if call.path.startswith(CHART):
            return self._chart(call)
        if call.path == "/v7/finance/quote":
            return self._quote(call)
        if call.path.startswith(SUMMARY):
            # Fundamentals are not kept; yfinance asks for them about a symbol it cannot place.
            return errors.no_summary(call.path.removeprefix(SUMMARY))
        return errors.wrong_path()

    def _page(self, text: str, status: int) -> Answer:
        cookie = f"A3={self.cookie}; Path=/; Max-Age=31557600; HttpOnly; SameSite=None"
        return Answer(
            status=status, text=text, content_type="text/html", headers={"Set-Cookie": cookie}
        )

    def _has_cookie(self, call: Call) -> bool:
        return call.cookies.get("A3", "").startswith(self.cookie)

    def _view(self, symbol: str, number: int) -> View | None:
        now = self._exchange.now()
        listing = find_listing(self.name, symbol.upper(), now.date())
        if listing is None:
            return None
        seconds = int(now.replace(tzinfo=UTC).timestamp())
        view = View(self._exchange.market, listing, seconds, self._jitter(symbol, number))
        return view if len(view.stamps) and int(view.stamps[0]) <= seconds else None

    def _jitter(self, symbol: str, number: int) -> float:
        if not self._exchange.jitter:
            return 0.0
        noise = crc32(f"{self._exchange.seed} {symbol} {number}".encode())
        return math.copysign(1e-8 + 4e-8 * (noise % 1000) / 1000, noise % 7 - 3)

    def _chart(self, call: Call) -> Answer:
        view = self._view(self.symbol_of(call), call.number)
        if view is None:
            return errors.unknown_symbol()
        mistakes = self._exchange.mistakes.showing(view.listing, self._exchange.now())
        return chart(view, call.query, self._exchange.limits.enforced, mistakes)

    def _quote(self, call: Call) -> Answer:
        query = call.query
        if not self._has_cookie(call) or "crumb" not in query:
            return errors.unauthorized(
                "User is unable to access this feature - https://bit.ly/yahoo-finance-api-feedback"
            )
        if query["crumb"] != self.crumb:
            return errors.unauthorized("Invalid Crumb")
        symbols = [symbol for symbol in query.get("symbols", "").split(",") if symbol]
        views = [self._view(symbol, call.number) for symbol in dict.fromkeys(symbols)]
        found = [quote(view) for view in views if view is not None]
        if "fields" in query:
            asked = {*query["fields"].split(","), *FIELDS_ALWAYS}
            found = [{key: one[key] for key in one if key in asked} for one in found]
        return Answer({"quoteResponse": {"result": found, "error": None}})


FIELDS_ALWAYS = (
    "language", "region", "quoteType", "typeDisp", "quoteSourceName", "triggerable",
    "customPriceAlertConfidence", "marketState", "tradeable", "cryptoTradeable", "exchange",
    "exchangeTimezoneName", "exchangeTimezoneShortName", "gmtOffSetMilliseconds", "market",
    "esgPopulated", "priceHint", "fullExchangeName", "sourceInterval", "exchangeDataDelayedBy",
    "hasPrePostMarketData", "firstTradeDateMilliseconds", "symbol",
)  # fmt: skip


def _column_wise(rows: list[Row], besides: tuple[str, ...]) -> dict[str, list[Any]]:
    names = dict.fromkeys(name for row in rows for name in row if name not in besides)
    return {name: [row.get(name) for row in rows] for name in names}
