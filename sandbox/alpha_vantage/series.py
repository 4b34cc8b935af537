"""What Alpha Vantage answers with: series by their stamps, newest first, every figure a text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sandbox.listings import Listing
from sandbox.truth import TruthBar

if TYPE_CHECKING:
    from sandbox.exchange import Exchange

Payload = dict[str, Any]
Figures = dict[str, str]
INTERVALS = {"1min": "1m", "5min": "5m", "15min": "15m", "60min": "1h"}
COMPACT = 100
FIRST = datetime(2000, 1, 1)
MONTH = timedelta(days=31)
CRYPTO_DAYS = timedelta(days=350)
NAMES = {"BTC": "Bitcoin", "USD": "United States Dollar"}


@dataclass
class Scene:
    """One listing, one question, at the exchange's instant."""

    exchange: Exchange
    listing: Listing
    query: dict[str, str]

    @cached_property
    def now(self) -> datetime:
        return self.exchange.now()

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.listing.venue.zone)

    @property
    def zone_name(self) -> str:
        name = self.listing.venue.zone
        return "US/Eastern" if name == "America/New_York" else name

    @property
    def is_full(self) -> bool:
        return self.query.get("outputsize") == "full"

    def local(self, moment: datetime) -> datetime:
        return moment.replace(tzinfo=UTC).astimezone(self.zone).replace(tzinfo=None)

    def bars(self, interval: str, start: datetime, end: datetime) -> list[TruthBar]:
        """Newest first, the running one with them."""
        found = self.exchange.truth.bars(self.listing.symbol, interval, start, end, self.now)
        return found[::-1]

    def days(self) -> list[TruthBar]:
        start = FIRST if self.is_full else self.now - 2 * COMPACT * timedelta(days=1)
        found = self.bars("1d", start, self.now)
        return found if self.is_full else found[:COMPACT]

    @property
    def size_told(self) -> str:
        return "Full size" if self.is_full else "Compact"


def daily(scene: Scene) -> Payload:
    days = scene.days()
    meta = ["Daily Prices (open, high, low, close) and Volumes", scene.listing.symbol]
    meta += [_date(days[0]) if days else "", scene.size_told, scene.zone_name]
    names = ("Information", "Symbol", "Last Refreshed", "Output Size", "Time Zone")
    return {
        "Meta Data": _numbered(names, meta),
        "Time Series (Daily)": {_date(one): labelled(_plain(one)) for one in days},
    }


def daily_adjusted(scene: Scene) -> Payload:
    """Prices as traded; only the fifth figure is adjusted, from the newest day backwards."""
    found = daily(scene)
    found["Meta Data"]["1. Information"] = "Daily Time Series with Splits and Dividend Events"
    splits = {one.ex_date: Decimal(one.ratio.numerator) / Decimal(one.ratio.denominator)
              for one in scene.exchange.truth.splits(scene.listing.symbol)}  # fmt: skip
    paid = dict(scene.exchange.truth.dividends(scene.listing.symbol))
    days, factor, rows = scene.days(), Decimal(1), {}
    for place, one in enumerate(days):
        split = splits.get(one.session_date, Decimal(1))
        dividend = paid.get(one.session_date, Decimal(0))
        figures = _plain(one)
        volume = figures.pop("volume")
        figures |= {
            "adjusted close": f"{one.close * factor:.4f}",
            "volume": volume,
            "dividend amount": f"{dividend:.4f}",
            "split coefficient": f"{float(split)}",
        }
        rows[_date(one)] = labelled(figures)
        if place + 1 < len(days):
            before = days[place + 1].close / split
            factor = factor / split * (1 - dividend / before)
    return found | {"Time Series (Daily)": rows}


def intraday(scene: Scene) -> Payload:
    interval = _interval(scene)
    month = scene.query.get("month", "")
    start = datetime.strptime(month, "%Y-%m") if month else scene.now - MONTH
    until = (start + timedelta(days=32)).replace(day=1) if month else scene.now
    hours = timedelta(hours=14)
    bars = [
        one
        for one in scene.bars(INTERVALS[interval], start - hours, until + hours)
        if not month or f"{scene.local(one.opened_at):%Y-%m}" == month
    ]
    bars = bars if scene.is_full else bars[:COMPACT]
    meta = [f"Intraday ({interval}) open, high, low, close prices and volume"]
    meta += [scene.listing.symbol, _stamp(scene, bars[0]) if bars else "", interval]
    names = ("Information", "Symbol", "Last Refreshed", "Interval", "Output Size", "Time Zone")
    adjusted = scene.query.get("adjusted", "true") != "false"
    return {
        "Meta Data": _numbered(names, [*meta, scene.size_told, scene.zone_name]),
        f"Time Series ({interval})": {
            _stamp(scene, one): labelled(_plain(one, _later_ratio(scene, one) if adjusted else 1))
            for one in bars
        },
    }


def global_quote(scene: Scene) -> Payload:
    days = scene.days()
    if len(days) < 2:
        return {"Global Quote": {}}
    last, before = days[0], days[1].close
    change = last.close - before
    figures = {"symbol": scene.listing.symbol} | _plain(last)
    figures["price"] = figures.pop("close")
    figures["volume"] = figures.pop("volume")
    figures |= {
        "latest trading day": _date(last),
        "previous close": f"{before:.4f}",
        "change": f"{change:.4f}",
        "change percent": f"{change / before * 100:.4f}%",
    }
    late = scene.query.get("entitlement") == "delayed"
    name = "Global Quote - DATA DELAYED BY 15 MINUTES" if late else "Global Quote"
    return {name: _numbered(figures, list(figures.values()), "02d")}


def crypto_daily(scene: Scene) -> Payload:
    days = scene.bars("1d", scene.now - CRYPTO_DAYS, scene.now)
    meta = _coins(scene, "Daily Prices and Volumes for Digital Currency")
    meta |= {"Last Refreshed": f"{_date(days[0])} 00:00:00" if days else "", "Time Zone": "UTC"}
    return {
        "Meta Data": _numbered(meta, list(meta.values())),
        "Time Series (Digital Currency Daily)": {
            _date(one): labelled(_plain(one, 1, 8)) for one in days
        },
    }


def crypto_intraday(scene: Scene) -> Payload:
    interval = _interval(scene)
    bars = scene.bars(INTERVALS[interval], scene.now - timedelta(days=7), scene.now)
    bars = bars[: COMPACT * 10] if scene.is_full else bars[:COMPACT]
    meta = _coins(scene, f"Crypto Intraday ({interval}) Time Series")
    meta |= {"Last Refreshed": _stamp(scene, bars[0]) if bars else "", "Interval": interval}
    meta |= {"Output Size": scene.size_told, "Time Zone": "UTC"}
    return {
        "Meta Data": _numbered(meta, list(meta.values())),
        f"Time Series Crypto ({interval})": {
            _stamp(scene, one): labelled(_plain(one, 1, 8)) for one in bars
        },
    }


def labelled(figures: Figures) -> Figures:
    return _numbered(figures, list(figures.values()))


def _numbered(names: Iterable[str], values: list[str], digits: str = "d") -> Figures:
    return {
        f"{place:{digits}}. {name}": value
        for place, (name, value) in enumerate(zip(names, values, strict=True), 1)
    }


def _interval(scene: Scene) -> str:
    interval = scene.query.get("interval", "")
    if interval not in INTERVALS:
        raise ValueError(f"no such interval: {interval}")
    return interval


def _coins(scene: Scene, information: str) -> dict[str, str]:
    coin, market = scene.query["symbol"], scene.query["market"]
    return {
        "Information": information,
        "Digital Currency Code": coin,
        "Digital Currency Name": NAMES.get(coin, coin),
        "Market Code": market,
        "Market Name": NAMES.get(market, market),
    }


def _later_ratio(scene: Scene, bar: TruthBar) -> int | Decimal:
    """How many shares one share of that day has become by now."""
    ratio = Decimal(1)
    for one in scene.exchange.truth.splits(scene.listing.symbol):
        if bar.session_date < one.ex_date <= scene.local(scene.now).date():
            ratio *= Decimal(one.ratio.numerator) / Decimal(one.ratio.denominator)
    return ratio


def _plain(bar: TruthBar, ratio: int | Decimal = 1, places: int = 4) -> Figures:
    found = {
        name: f"{getattr(bar, name) / ratio:.{places}f}"
        for name in ("open", "high", "low", "close")
    }
    volume = bar.volume * ratio
    return found | {"volume": f"{volume:.8f}" if places == 8 else f"{round(volume)}"}


def _date(bar: TruthBar) -> str:
    return bar.session_date.isoformat()


def _stamp(scene: Scene, bar: TruthBar) -> str:
    return f"{scene.local(bar.opened_at):%Y-%m-%d %H:%M:%S}"
