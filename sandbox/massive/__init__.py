"""The sandbox exchange as Massive: aggregates, trades, quotes, reference data, plans, refusals."""

from __future__ import annotations

from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlencode
from zlib import crc32

from sandbox.answers import Answer, Call, Row
from sandbox.listings import Listing, find_listing
from sandbox.massive import calendar, reference, refusals, ticks
from sandbox.massive.aggregates import DAYS, MINUTES, Asked, aggregates
from sandbox.massive.plans import Plans
from sandbox.massive.times import bound, milliseconds, nanoseconds

if TYPE_CHECKING:
    from sandbox.exchange import Exchange

NAMES = {"t": "opened_at", "o": "open", "h": "high", "l": "low", "c": "close", "v": "volume"}
LETTERS = {name: letter for letter, name in NAMES.items()}
AGGREGATES = "/v2/aggs/ticker/"
TICKERS = "/v3/reference/tickers"
MOST_BASE, USUAL_BASE = 50_000, 5_000
MOST_TICKS, USUAL_TICKS = 50_000, 1_000
MOST_REFERENCES, USUAL_REFERENCES = 1_000, 100

Query = dict[str, str]


class Massive:
    name = "massive"

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._plans = Plans(exchange)

    def answer(self, call: Call) -> Answer:
        try:
            answer = self._route(call, self._plans.admit(call))
        except refusals.Refusal as refusal:
            answer = refusal.answer
        request_id = f"{crc32(f'{self._exchange.seed} {call.number}'.encode()):08x}" * 4
        answer.headers["X-Request-Id"] = request_id
        if isinstance(answer.payload, dict) and "request_id" in answer.payload:
            answer.payload["request_id"] = request_id
            if "next_url" in answer.payload:
                answer.headers["Link"] = f'<{answer.payload["next_url"]}>; rel="next"'
        return answer

    def symbol_of(self, call: Call) -> str:
        parts = call.path.split("/")
        if call.path.startswith(AGGREGATES):
            return unquote(parts[4])
        if call.path.startswith(("/v3/trades/", "/v3/quotes/")):
            return unquote(parts[3])
        return _query(call).get("ticker", "")

    def rows(self, payload: Any) -> list[Row] | None:
        found = payload.get("results") if isinstance(payload, dict) else None
        if not found or not isinstance(found, list) or "t" not in found[0]:
            return None
        return [{NAMES.get(name, name): value for name, value in row.items()} for row in found]

    def with_rows(self, payload: Any, rows: list[Row]) -> Any:
        results = [{LETTERS.get(name, name): value for name, value in row.items()} for row in rows]
        return {**payload, "results": results}

    def _route(self, call: Call, key: str) -> Answer:
        query, path, now = _query(call), call.path, self._exchange.now()
        if path.startswith(AGGREGATES):
            return self._aggregates(call, query, key)
        if path.startswith(("/v3/trades/", "/v3/quotes/")):
            self._plans.allow_ticks(key)
            return self._ticks(call, query)
        if path == "/v1/marketstatus/now":
            return Answer(calendar.status(now))
        if path == "/v1/marketstatus/upcoming":
            return Answer(calendar.upcoming(now))
        if path.startswith(TICKERS + "/"):
            found = reference.tickers(unquote(path.removeprefix(TICKERS + "/")), True, now)
            if not found:
                raise refusals.not_found()
            return Answer({"request_id": "", "results": found[0], "status": "OK"})
        return self._listed(call, query)

    def _listed(self, call: Call, query: Query) -> Answer:
        symbol, now, market = query.get("ticker"), self._exchange.now(), self._exchange.market
        lists: dict[str, Callable[[], list[dict[str, Any]]]] = {
            TICKERS: lambda: reference.tickers(symbol, query.get("active") != "false", now),
            "/v3/reference/splits": lambda: reference.splits(market, symbol, now),
            "/v3/reference/dividends": lambda: reference.dividends(market, symbol, now),
        }
        if call.path not in lists:
            return refusals.wrong_path()
        found = lists[call.path]()
        if query.get("order") == "desc":
            found.reverse()
        first = int(query.get("page_marker", 0))
        limit = _limit(query, USUAL_REFERENCES, MOST_REFERENCES)
        page = found[first : first + limit]
        body: dict[str, Any] = {"results": page, "status": "OK", "request_id": ""}
        if call.path == TICKERS:
            body["count"] = len(page)
        if first + limit < len(found):
            body["next_url"] = self._next(call.path, {**query, "page_marker": str(first + limit)})
        return Answer(body)

    def _aggregates(self, call: Call, query: Query, key: str) -> Answer:
        parts = call.path.removeprefix(AGGREGATES).split("/")
        if len(parts) != 6 or parts[1] != "range" or not parts[2].isdecimal():
            return refusals.wrong_path()
        symbol, _, multiplier, timespan, first, last = parts
        if timespan not in (*MINUTES, *DAYS) or int(multiplier) < 1:
            raise refusals.bad_parameter("Timespan", "timespan")
        if query.get("sort", "asc") not in ("asc", "desc"):
            raise refusals.bad_parameter("Sort", "oneof")
        asked = Asked(
            int(multiplier), timespan, bound(first, "From", False), bound(last, "To", True),
            _limit(query, USUAL_BASE, MOST_BASE), query.get("sort") == "desc",
            query.get("adjusted", "true") != "false",
        )  # fmt: skip
        self._plans.allow_window(key, asked.start, asked.end)
        body: dict[str, Any] = {
            "ticker": unquote(symbol), "queryCount": 0, "resultsCount": 0,
            "adjusted": asked.adjusted, "status": "OK", "request_id": "", "count": 0,
        }  # fmt: skip
        listing = self._listing(unquote(symbol))
        if listing is None:
            return Answer(body)
        page = aggregates(self._exchange.market, listing, asked, self._exchange.now())
        body |= {"queryCount": page.base_count, "resultsCount": len(page.rows)}
        body["count"] = len(page.rows)
        # With nothing found the key itself is missing.
        if page.rows:
            body["results"] = page.rows
        if page.next_bound is not None:
            moved = str(milliseconds(page.next_bound))
            bounds = (first, moved) if asked.descending else (moved, last)
            path = f"{AGGREGATES}{symbol}/range/{multiplier}/{timespan}/{bounds[0]}/{bounds[1]}"
            body["next_url"] = self._next(path, query)
        return Answer(body)

    def _ticks(self, call: Call, query: Query) -> Answer:
        kind, symbol = call.path.split("/")[2:4]
        descending = query.get("order", "desc") == "desc"
        now = self._exchange.now()
        first, last = 0, milliseconds(now) * 1_000_000
        for name, value in query.items():
            if name == "timestamp":
                first, last = nanoseconds(value, name), nanoseconds(value, name, True)
            elif name in ("timestamp.gte", "timestamp.gt"):
                first = max(first, nanoseconds(value, name) + name.endswith(".gt"))
            elif name in ("timestamp.lte", "timestamp.lt"):
                last = min(last, nanoseconds(value, name) - name.endswith(".lt"))
        body: dict[str, Any] = {"results": [], "status": "OK", "request_id": ""}
        listing = self._listing(unquote(symbol))
        if listing is None or listing.asset_class == "index":
            return Answer(body)
        asked = ticks.Asked(first, last, _limit(query, USUAL_TICKS, MOST_TICKS), descending)
        page_of = ticks.trades if kind == "trades" else ticks.quotes
        body["results"], after = page_of(self._exchange.market, listing, asked, now)
        if after is not None:
            further = "timestamp.lt" if descending else "timestamp.gt"
            body["next_url"] = self._next(call.path, {**query, further: str(after)})
        return Answer(body)

    def _listing(self, symbol: str) -> Listing | None:
        return find_listing(self.name, symbol, self._exchange.now().date())

    def _next(self, path: str, query: Query) -> str:
        """The question goes on inside the cursor; the key is never in it."""
        said = {name: value for name, value in query.items() if name != "apiKey"}
        cursor = urlsafe_b64encode(urlencode(said).encode()).decode().rstrip("=")
        return f"{self._exchange.url}/{self.name}{path}?cursor={cursor}"


def _query(call: Call) -> Query:
    """What was asked for, on further pages out of the cursor."""
    query = call.query
    cursor = query.pop("cursor", "")
    if not cursor:
        return query
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        said = b64decode(padded, altchars=b"-_", validate=True).decode()
    except ValueError:
        raise refusals.bad_parameter("Cursor", "cursor") from None
    return dict(parse_qsl(said)) | query


def _limit(query: Query, usual: int, most: int) -> int:
    text = query.get("limit", str(usual))
    if not text.isdecimal() or not 0 < int(text) <= most:
        raise refusals.bad_parameter("Limit", "max")
    return int(text)
