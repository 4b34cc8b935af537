"""The sandbox exchange as Binance spot REST: klines, trades, books, tickers, weights, refusals."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

from sandbox.answers import Answer, Call, Row
from sandbox.binance.information import exchange_information
from sandbox.binance.klines import INTERVALS, klines
from sandbox.binance.parameters import (
    ENDPOINTS,
    Endpoint,
    Refusal,
    bad_combination,
    invalid_data,
    read,
)
from sandbox.binance.tickers import Present
from sandbox.binance.trades import aggregated_trades, recent_trades
from sandbox.binance.weights import Weights
from sandbox.listings import Listing, all_listings, find_listing

if TYPE_CHECKING:
    from sandbox.exchange import Exchange

COLUMNS = (
    "opened_at", "open", "high", "low", "close", "volume", "closed_at", "quote_volume", "trades",
    "taker_volume", "taker_quote_volume", "unused",
)  # fmt: skip
USUAL_LIMIT = 500
USUAL_DEPTH = 100
DEPTH_WEIGHTS = ((100, 5), (500, 25), (1000, 50), (5000, 250))
UTC_ZONES = ("0", "00:00", "+0", "+00:00", "-0")


class Binance:
    name = "binance"

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self.weights = Weights(exchange)

    def answer(self, call: Call) -> Answer:
        endpoint = ENDPOINTS.get(call.path)
        weight = _weight(call, endpoint) if endpoint else 1
        answer = self.weights.refusal(weight)
        if answer is None:
            try:
                answer = self._route(call, endpoint)
            except Refusal as refusal:
                answer = refusal.answer
        answer.weight = weight
        answer.headers |= self.weights.headers()
        return answer

    def symbol_of(self, call: Call) -> str:
        return call.query.get("symbol", "")

    def rows(self, payload: Any) -> list[Row] | None:
        if not isinstance(payload, list) or not payload or not isinstance(payload[0], list):
            return None
        return [dict(zip(COLUMNS, row, strict=True)) for row in payload]

    def with_rows(self, payload: Any, rows: list[Row]) -> Any:
        return [list(row.values()) for row in rows]

    def _now(self) -> int:
        return int(self._exchange.now().replace(tzinfo=UTC).timestamp())

    def _server_time(self, micro: bool) -> int:
        stamp = self._exchange.now().replace(tzinfo=UTC).timestamp()
        return int(stamp * 1_000_000) if micro else int(stamp * 1000)

    def _served(self) -> list[Listing]:
        today = self._exchange.now().date()
        return [one for one in all_listings() if one.binance_symbol and one.served_on(today)]

    def _listing(self, symbol: str) -> Listing:
        listing = find_listing(self.name, symbol, self._exchange.now().date())
        if listing is None:
            raise Refusal(-1121, "Invalid symbol.")
        return listing

    def _route(self, call: Call, endpoint: Endpoint | None) -> Answer:
        if endpoint is None:
            return Answer(
                status=404, text="<html><body><h2>404 Not found</h2></body></html>",
                content_type="text/html",
            )  # fmt: skip
        query = read(call, endpoint)
        micro = call.headers.get("X-MBX-TIME-UNIT", "").upper() == "MICROSECOND"
        name = call.path.removeprefix("/api/v3/")
        if name == "ping":
            return Answer({})
        if name == "time":
            return Answer({"serverTime": self._server_time(micro)})
        if name == "exchangeInfo":
            return Answer(self._information(query, micro))
        if name.startswith("ticker/"):
            return Answer(self._tickers(name, query, micro))
        return Answer(self._of_symbol(name, query, micro, endpoint))

    def _information(self, query: dict[str, Any], micro: bool) -> dict[str, Any]:
        chosen = self._chosen(query)
        listings = self._served() if chosen is None else chosen
        if query.get("symbolStatus", "TRADING") != "TRADING":
            listings = []
        limit = self._exchange.limits.binance_weight_per_minute
        return exchange_information(listings, self._server_time(micro), limit)

    def _chosen(self, query: dict[str, Any]) -> list[Listing] | None:
        """The listings a query names, or nothing when it names none."""
        if "symbol" in query:
            return [self._listing(query["symbol"])]
        if "symbols" in query:
            return [self._listing(symbol) for symbol in query["symbols"]]
        return None

    def _tickers(self, name: str, query: dict[str, Any], micro: bool) -> Any:
        kind = query.get("type", "FULL")
        if kind not in ("FULL", "MINI"):
            raise invalid_data("type")
        now = self._now()
        chosen = self._chosen(query)
        found = []
        for listing in self._served() if chosen is None else chosen:
            present = Present(self._exchange.market, listing, now)
            if name == "ticker/price":
                found.append(present.price())
            elif name == "ticker/bookTicker":
                found.append(present.book())
            else:
                found.append(present.rolling_day(micro, kind == "MINI"))
        return found[0] if "symbol" in query else found

    def _of_symbol(self, name: str, query: dict[str, Any], micro: bool, endpoint: Endpoint) -> Any:
        listing, market, now = self._listing(query["symbol"]), self._exchange.market, self._now()
        usual = USUAL_DEPTH if name == "depth" else USUAL_LIMIT
        limit = min(query.get("limit", usual), endpoint.most)
        if name == "klines":
            if query["interval"] not in INTERVALS:
                raise Refusal(-1120, "Invalid interval.")
            if query.get("timeZone", "0") not in UTC_ZONES:
                raise invalid_data("timeZone")
            start, end = query.get("startTime"), query.get("endTime")
            return klines(market, listing, query["interval"], start, end, limit, now, micro)
        if name in ("trades", "historicalTrades"):
            return recent_trades(market, listing, limit, query.get("fromId"), now, micro)
        if name == "aggTrades":
            if query.get("startTime", 0) > query.get("endTime", 1 << 62):
                raise bad_combination("'startTime' before 'endTime'")
            return aggregated_trades(market, listing, query, limit, now, micro)
        present = Present(market, listing, now)
        return present.depth(limit) if name == "depth" else present.average(micro)


def _weight(call: Call, endpoint: Endpoint) -> int:
    query = call.query
    if call.path.endswith("/depth"):
        text = query.get("limit", "")
        limit = int(text) if text.isdigit() else USUAL_DEPTH
        return next((weight for most, weight in DEPTH_WEIGHTS if limit <= most), 250)
    if "/ticker/" not in call.path or "symbol" in query:
        return endpoint.weight
    if not call.path.endswith("/24hr"):
        return 4
    symbols = query["symbols"].count(",") + 1 if "symbols" in query else 101
    return 2 if symbols <= 20 else 40 if symbols <= 100 else 80
