"""Which calls answer a work item, by its symbol, its interval and the key's plan."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from extract.alpha_vantage.answers import NotInPlan
from extract.alpha_vantage.client import Client
from extract.alpha_vantage.settings import (
    COMPACT_DAYS,
    CRYPTO_DAILY,
    CRYPTO_INTRADAY,
    DAILY,
    DAILY_ADJUSTED,
    INTERVALS,
    INTRADAY,
    PAIR,
    SYMBOL,
)
from extract.alpha_vantage.shapes import Series
from extract.alpha_vantage.windows import Window, months
from extract.outcomes import FetchFailed, Outcome
from extract.work import WorkItem
from warehouse import clock

INTRADAY_IS_PREMIUM = "minutes are not in the free plan; set providers.alpha_vantage.plan"


@dataclass
class Question:
    """One call; `ways` are tried in turn until one is in the key's plan."""

    window: Window
    symbol: str
    ways: list[dict[str, str]]
    market: str | None = None
    interval: str | None = None
    is_cut: bool = False

    def ask(self, client: Client) -> Series:
        refused: NotInPlan | None = None
        for way in self.ways:
            try:
                series = client.series(**way)
            except NotInPlan as error:
                refused = error
                continue
            # Only a whole history, or a whole month, says that there was nothing before.
            self.is_cut = way.get("outputsize") != "full" or way["function"] == CRYPTO_INTRADAY
            return series
        raise refused or FetchFailed(Outcome.MALFORMED, "no way to ask", final=True)


def questions(item: WorkItem, is_premium: bool) -> Iterator[Question]:
    if item.interval is None or item.start is None or item.end is None:
        raise FetchFailed(Outcome.MALFORMED, "bars need an interval and a window", final=True)
    window = (item.start, item.end)
    if item.interval != "1d" and item.interval not in INTERVALS:
        raise FetchFailed(Outcome.OUT_OF_RANGE, f"no {item.interval} bars here", final=True)
    if item.interval != "1d" and not is_premium:
        raise FetchFailed(Outcome.OUT_OF_RANGE, INTRADAY_IS_PREMIUM, final=True)
    if pair := PAIR.fullmatch(item.symbol):
        yield _of_pair(item, window, pair[1], pair[2])
        return
    symbol = plain_symbol(item)
    if item.interval == "1d":
        yield Question(window, symbol, _daily_ways(item, symbol, is_premium))
        return
    interval = INTERVALS[item.interval]
    for start, end in months(*window):
        way = {
            "function": INTRADAY,
            "symbol": symbol,
            "interval": interval,
            "adjusted": "false",
            "extended_hours": "false",
            "month": f"{start:%Y-%m}",
            "outputsize": "full",
        }
        yield Question((start, end), symbol, [way], interval=interval)


def plain_symbol(item: WorkItem) -> str:
    """Refused before it gets into an address."""
    if len(item.symbols) != 1 or not SYMBOL.fullmatch(item.symbol):
        raise FetchFailed(
            Outcome.UNKNOWN_SYMBOL, f"{item.symbol[:40]!r} cannot be a symbol here", final=True
        )
    return item.symbol


def _daily_ways(item: WorkItem, symbol: str, is_premium: bool) -> list[dict[str, str]]:
    """As rich and as far back as needed and paid for, then what every key may ask."""
    free = {"function": DAILY, "symbol": symbol, "outputsize": "compact"}
    if not is_premium:
        return [free]
    recent = item.start is not None and clock.now() - item.start <= timedelta(days=COMPACT_DAYS)
    size = "compact" if recent else "full"
    ways = [free | {"function": one, "outputsize": size} for one in (DAILY_ADJUSTED, DAILY)]
    return ways if recent else [*ways, free]


def _of_pair(item: WorkItem, window: Window, symbol: str, market: str) -> Question:
    way = {"function": CRYPTO_DAILY, "symbol": symbol, "market": market}
    if item.interval == "1d":
        return Question(window, "", [way], market)
    interval = INTERVALS[str(item.interval)]
    way |= {"function": CRYPTO_INTRADAY, "interval": interval, "outputsize": "full"}
    return Question(window, "", [way], market, interval)
