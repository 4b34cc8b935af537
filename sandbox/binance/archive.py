"""The sandbox exchange as data.binance.vision: zips of CSV of whole days and months, checksums."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sandbox.answers import Answer, Call, Row
from sandbox.binance.klines import klines
from sandbox.binance.trades import aggregates_between, trades_between
from sandbox.listings import Listing, find_listing

if TYPE_CHECKING:
    from sandbox.exchange import Exchange

PATH = re.compile(
    r"/data/spot/(?P<period>daily|monthly)/(?P<kind>klines|trades|aggTrades)/(?P<symbol>[A-Z0-9]+)/"
    r"((?P<interval>\w+)/)?(?P<base>(?P=symbol)-(?P<what>\w+)-(?P<date>\d{4}-\d\d(-\d\d)?))\.zip"
    r"(?P<checksum>\.CHECKSUM)?"
)
# A month is written 1mo in folders and names, where 1M and 1m would be one on some disks.
INTERVALS = {
    **{name: name for name in ("1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "6h", "8h")},
    **{name: name for name in ("12h", "1d", "3d", "1w")},
    "1mo": "1M",
}
COLUMNS = (
    "opened_at", "open", "high", "low", "close", "volume", "closed_at", "quote_volume", "trades",
    "taker_volume", "taker_quote_volume", "unused",
)  # fmt: skip
MICROSECONDS_SINCE = datetime(2025, 1, 1)
OUT_AFTER = timedelta(hours=4)
KEPT = 64
NO_SUCH_KEY = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>NoSuchKey</Code>'
    "<Message>The specified key does not exist.</Message><Key>{key}</Key></Error>"
)


@dataclass(slots=True)
class File(Answer):
    """The zip of its payload's rows, so that damage to rows ends up in a whole file."""

    base: str = ""
    is_checksum: bool = False

    def body(self) -> bytes:
        if self.text is not None:
            return self.text.encode()
        content = zipped(self.base, self.payload)
        if not self.is_checksum:
            return content
        return f"{hashlib.sha256(content).hexdigest()}  {self.base}.zip\n".encode()


def zipped(base: str, rows: list[list[Any]]) -> bytes:
    """The same rows give the same bytes."""
    lines = "".join(",".join(map(str, row)) + "\n" for row in rows)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        member = zipfile.ZipInfo(f"{base}.csv")
        archive.writestr(member, lines, zipfile.ZIP_DEFLATED, 1)
    return packed.getvalue()


class BinanceArchive:
    name = "binance_archive"

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._kept: OrderedDict[tuple[str, datetime], list[list[Any]]] = OrderedDict()

    def answer(self, call: Call) -> Answer:
        found = PATH.fullmatch(call.path)
        rows = self._rows(found) if found else None
        if found is None or rows is None:
            text = NO_SUCH_KEY.format(key=call.path.lstrip("/"))
            return Answer(status=404, text=text, content_type="application/xml")
        is_checksum = found["checksum"] is not None
        kind = "text/plain" if is_checksum else "application/zip"
        return File(rows, content_type=kind, base=found["base"], is_checksum=is_checksum)

    def symbol_of(self, call: Call) -> str:
        found = PATH.fullmatch(call.path)
        return found["symbol"] if found else ""

    def rows(self, payload: Any) -> list[Row] | None:
        if not payload or len(payload[0]) != len(COLUMNS):
            return None
        return [dict(zip(COLUMNS, row, strict=True)) for row in payload]

    def with_rows(self, payload: Any, rows: list[Row]) -> Any:
        return [list(row.values()) for row in rows]

    def _rows(self, found: re.Match[str]) -> list[list[Any]] | None:
        """None for what is not there, or not yet."""
        now = self._exchange.now()
        key = found["base"] + found["period"] + found["kind"], now
        if key not in self._kept:
            span = _span(found["date"], found["period"])
            listing = find_listing("binance", found["symbol"], now.date())
            write = _writer(found["kind"], found["interval"], found["what"])
            if span is None or listing is None or write is None or now < _out_at(*span):
                return None
            rows = write(self._exchange, listing, *span)
            if not rows:
                return None
            self._kept[key] = rows
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return self._kept[key]


def _span(text: str, period: str) -> tuple[datetime, datetime] | None:
    """The first instant and the one after the last, for a date that suits the folder."""
    try:
        start = datetime.strptime(text, "%Y-%m-%d" if period == "daily" else "%Y-%m")
    except ValueError:
        return None
    if period == "daily":
        return start, start + timedelta(days=1)
    return start, (start + timedelta(days=32)).replace(day=1)


def _out_at(start: datetime, end: datetime) -> datetime:
    """Files of days come on the next day, those of months on the first Monday after."""
    wait = timedelta(days=-end.weekday() % 7) if end - start > timedelta(days=1) else timedelta()
    return end + wait + OUT_AFTER


Write = Callable[["Exchange", Listing, datetime, datetime], list[list[Any]]]


def _writer(kind: str, interval: str | None, what: str) -> Write | None:
    if kind == "klines":
        known = interval in INTERVALS and interval == what
        return _klines(INTERVALS[str(interval)]) if known else None
    if interval is not None or what != kind:
        return None
    return _trades if kind == "trades" else _aggregates


def _klines(interval: str) -> Write:
    def rows(exchange: Exchange, listing: Listing, start: datetime, end: datetime) -> Any:
        span, now, micro = _milliseconds(start, end), _seconds(exchange.now()), _micro(start)
        return klines(exchange.market, listing, interval, *span, 1 << 20, now, micro)

    return rows


def _trades(exchange: Exchange, listing: Listing, start: datetime, end: datetime) -> Any:
    found = trades_between(exchange.market, listing, *_milliseconds(start, end), _micro(start))
    return [list(one.values()) for one in found]


def _aggregates(exchange: Exchange, listing: Listing, start: datetime, end: datetime) -> Any:
    found = aggregates_between(exchange.market, listing, *_milliseconds(start, end), _micro(start))
    return [list(one.values()) for one in found]


def _micro(start: datetime) -> bool:
    return start >= MICROSECONDS_SINCE


def _milliseconds(start: datetime, end: datetime) -> tuple[int, int]:
    return _seconds(start) * 1000, _seconds(end) * 1000 - 1


def _seconds(moment: datetime) -> int:
    return int(moment.replace(tzinfo=UTC).timestamp())
