"""Bars of 5 and 15 minutes, an hour and a day out of finer ones, against a plain loop."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.dbt_project.raw_rows import RawRows, Row
from warehouse import market_hours

MINUTES = {"1m": 1, "5m": 5, "15m": 15, "1h": 60}
BUILT = (
    "--select", "+intraday_bars", "+daily_bars", "+technical_indicators_intraday",
    "--exclude", "test_type:data",
)  # fmt: skip
TOKYO = {
    "instrument_id": 1_000_001, "symbol": "7203.T", "name": "Toyota", "asset_class": "stock",
    "calendar": "XTKS", "currency": "JPY", "yahoo_symbol": "7203.T", "is_followed": True,
    "known_at": datetime(2025, 1, 1),
}  # fmt: skip
AFTER = datetime(2026, 3, 20)


@dataclass(frozen=True)
class Story:
    """The bars of one interval that a provider gave of one session."""

    symbol: str
    calendar: str
    day: date
    interval: str = "1m"
    absent: tuple[str, str] = ("00:00", "00:00")
    until: str = "24:00"

    @property
    def session(self) -> market_hours.Session:
        opens = datetime(self.day.year, self.day.month, self.day.day)
        near = market_hours.sessions(self.calendar, opens, opens + timedelta(days=2))
        return next(one for one in near if one.session_date == self.day)

    def local(self, instant: datetime) -> str:
        zone = ZoneInfo(market_hours.TIMEZONES[self.calendar])
        return instant.replace(tzinfo=ZoneInfo("UTC")).astimezone(zone).strftime("%H:%M")

    def bars(self) -> Iterator[dict[str, Any]]:
        drawn, price = random.Random(f"{self}"), 100.0
        at, session = self.session.opens_at, self.session
        while at < session.closes_at:
            price *= 1 + drawn.gauss(0, 0.001)
            low, high = sorted((price, price * (1 + drawn.gauss(0, 0.001))))
            is_absent = self.absent[0] <= self.local(at) < self.absent[1]
            if session.contains(at) and not is_absent and self.local(at) < self.until:
                yield {
                    "opened_at": at,
                    "open": Decimal(f"{low:.2f}"),
                    "high": Decimal(f"{high:.2f}"),
                    "low": Decimal(f"{low:.2f}"),
                    "close": Decimal(f"{high:.2f}"),
                    "volume": drawn.randrange(1, 9000),
                }
            at += timedelta(minutes=MINUTES[self.interval])


STORIES = [
    Story("AAPL", "XNAS", date(2026, 3, 6)),
    Story("AAPL", "XNAS", date(2026, 3, 9)),
    Story("AMD", "XNAS", date(2025, 11, 28)),
    Story("MSFT", "XNAS", date(2026, 3, 6), absent=("10:07", "10:22")),
    Story("INTC", "XNAS", date(2026, 3, 9), until="11:07"),
    Story("7203.T", "XTKS", date(2026, 3, 6)),
    Story("SPX", "XNYS", date(2026, 3, 9), "5m"),
    Story("BTCUSDT", "24/7", date(2026, 3, 8)),
]
NAMES = [f"{story.symbol} {story.day}" for story in STORIES]


def rows_of(story: Story, request: int) -> tuple[str, list[Row]]:
    if story.calendar == "24/7":
        return "binance_bars", [
            {
                **bar, "request_id": request, "symbol": story.symbol, "interval": story.interval,
                "closed_at": bar["opened_at"] + timedelta(minutes=1) - timedelta(milliseconds=1),
                "quote_volume": bar["volume"] * bar["close"], "trade_count": 7,
            }
            for bar in story.bars()
        ]  # fmt: skip
    zone = market_hours.TIMEZONES[story.calendar]
    currency = "JPY" if story.calendar == "XTKS" else "USD"
    return "yahoo_bars", [
        {
            "request_id": request, "symbol": "^GSPC" if story.symbol == "SPX" else story.symbol,
            "interval": story.interval, "stamped_at": bar.pop("opened_at"),
            "exchange_timezone": zone, "currency": currency,
            **{name: float(value) for name, value in bar.items() if name != "volume"},
            "volume": bar["volume"],
        }
        for bar in story.bars()
    ]  # fmt: skip


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> RawRows:
    raw = RawRows(tmp_path_factory.mktemp("resampled"), datetime(2026, 1, 1))
    calendars = [
        {**vars(session), "library_version": "4.13"}
        for calendar in ("XNAS", "XNYS", "XTKS", "24/7")
        for session in market_hours.sessions_of_years(calendar, 2025, 2026)
    ]
    raw.land("calendar_sessions", calendars)
    raw.land("personal_universe", [TOKYO])
    for story in STORIES:
        provider = "binance" if story.calendar == "24/7" else "yahoo"
        request = raw.request(AFTER, provider=provider)
        table, rows = rows_of(story, request)
        raw.land(table, rows, AFTER)
    raw.build(*BUILT)
    return raw


def looped(story: Story, interval: str) -> list[tuple[Any, ...]]:
    """Bars grouped by their clock on the wall, one after the other."""
    session = story.session
    found: dict[str, list[Any]] = {}
    for bar in story.bars():
        at = bar["opened_at"]
        resumed = session.break_ends_at and at >= session.break_ends_at
        begun = session.break_ends_at if resumed and interval != "1d" else session.opens_at
        assert begun is not None
        since = 0
        if interval != "1d":
            hours, minutes = map(int, story.local(at).split(":"))
            start_hours, start_minutes = map(int, story.local(begun).split(":"))
            since = (hours - start_hours) * 60 + minutes - start_minutes
            since -= since % MINUTES[interval]
        key = f"{begun + timedelta(minutes=since)}"
        held = found.setdefault(key, [bar["open"], bar["high"], bar["low"], None, 0])
        held[1], held[2] = max(held[1], bar["high"]), min(held[2], bar["low"])
        held[3], held[4] = bar["close"], held[4] + bar["volume"]
    return [(key, *values) for key, values in found.items()]


SHOWN = (
    "select cast(opened_at as varchar), open, high, low, close, cast(volume as bigint)"
    " from {} where symbol = '{}' and session_date = '{}' {} order by opened_at"
)


@pytest.mark.parametrize("interval", ["5m", "15m", "1h"])
@pytest.mark.parametrize("story", STORIES, ids=NAMES)
def test_intraday_bars_are_those_of_a_plain_loop(
    warehouse: RawRows, story: Story, interval: str
) -> None:
    query = SHOWN.format("intraday_bars", story.symbol, story.day, f"and interval = '{interval}'")
    assert warehouse.rows(query) == looped(story, interval)


@pytest.mark.parametrize("story", STORIES, ids=NAMES)
def test_a_session_that_is_over_is_a_day(warehouse: RawRows, story: Story) -> None:
    query = SHOWN.format("daily_bars", story.symbol, story.day, "and provider like 'derived:%'")
    assert warehouse.rows(query) == ([] if story.symbol == "INTC" else looped(story, "1d"))


def partial(raw: RawRows, symbol: str, interval: str) -> list[str]:
    return [
        at
        for (at,) in raw.rows(
            "select strftime(opened_at, '%H:%M') from intraday_bars where is_partial"
            f" and status = 'forming' and symbol = '{symbol}' and interval = '{interval}'"
            " order by 1"
        )
    ]


def test_a_bar_that_lacks_minutes_says_so(warehouse: RawRows) -> None:
    # Halted from 10:07 to 10:22 in New York: two bars lack minutes.
    assert partial(warehouse, "MSFT", "15m") == ["15:00", "15:15"]
    assert partial(warehouse, "MSFT", "5m") == ["15:05", "15:20"]
    # The newest minute of a running session is 11:06.
    assert partial(warehouse, "INTC", "15m") == ["15:00"]
    assert partial(warehouse, "AAPL", "15m") == []
    # Six hours and a half in hours: the last one is half an hour, and whole.
    assert partial(warehouse, "AAPL", "1h") == []
    assert warehouse.rows(
        "select max(closed_at) - max(opened_at) from intraday_bars"
        " where symbol = 'AAPL' and interval = '1h'"
    ) == [(timedelta(minutes=30),)]


def test_what_parts_have_is_carried(warehouse: RawRows) -> None:
    assert warehouse.rows(
        "select distinct provider, trade_count, currency, status, request_id, file_seq"
        " from intraday_bars where symbol = 'BTCUSDT' and interval = '15m'"
    ) == [("derived:binance", 105, "USDT", "final", None, None)]


def test_indicators_stand_on_every_bar_of_the_interval(warehouse: RawRows) -> None:
    assert warehouse.rows(
        "select symbol, date, opened_at, close, is_partial from technical_indicators_intraday"
        " order by symbol, opened_at"
    ) == warehouse.rows(
        "select symbol, session_date, opened_at, close, is_partial from intraday_bars"
        " where interval = '15m' order by symbol, opened_at"
    )


def test_a_providers_own_bar_takes_the_place_of_a_resampled_one(warehouse: RawRows) -> None:
    """Last, as it changes what the others read."""
    day = date(2026, 3, 6)
    request = warehouse.request(AFTER + timedelta(hours=1), provider="yahoo")
    own = {
        "request_id": request, "symbol": "AAPL", "exchange_timezone": "America/New_York",
        "currency": "USD", **dict.fromkeys(("open", "high", "low", "close"), 101.5), "volume": 7,
    }  # fmt: skip
    opens = datetime(2026, 3, 6, 14, 30)
    later = {**own, "stamped_at": opens + timedelta(minutes=15), "interval": "15m"}
    minute = {**own, "stamped_at": opens + timedelta(minutes=31), "interval": "1m", "volume": 8}
    warehouse.land(
        "yahoo_bars", [{**own, "stamped_at": opens, "interval": "1d"}, later, minute],
        AFTER + timedelta(hours=1),
    )  # fmt: skip
    before = warehouse.rows(f"select count(*) from intraday_bars where session_date = '{day}'")
    warehouse.build(*BUILT)
    after = warehouse.rows(f"select count(*) from intraday_bars where session_date = '{day}'")
    assert before == after
    assert warehouse.rows(
        "select provider, close, volume from daily_bars"
        f" where symbol = 'AAPL' and session_date = '{day}'"
    ) == [("yahoo", Decimal("101.5"), Decimal(7))]
    quarters = warehouse.rows(
        "select provider, version_number, volume from intraday_bars where symbol = 'AAPL'"
        f" and interval = '15m' and session_date = '{day}' order by opened_at limit 3"
    )
    assert quarters[1] == ("yahoo", 1, Decimal(7))
    # The corrected minute is in its quarter of an hour.
    minutes = list(STORIES[0].bars())[30:45]
    corrected = sum(bar["volume"] for bar in minutes) - minutes[1]["volume"] + 8
    assert quarters[2] == ("derived:yahoo", None, Decimal(corrected))
    assert warehouse.rows(
        "select count(*), min(close) filter (opened_at = timestamp '2026-03-06 14:45')"
        " from technical_indicators_intraday where symbol = 'AAPL'"
    ) == [(52, Decimal("101.5"))]
