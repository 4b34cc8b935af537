"""Holes, outages and restated bars: what the exchange gets wrong for a while, and then heals."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from yahoo_charts import CHART, asking, chart, quotes, stamp

from sandbox import Exchange, events, lapses

Get = Callable[..., requests.Response]
START, END = datetime(2026, 3, 10, 13, 30), datetime(2026, 3, 10, 19, 59)
MINUTE = timedelta(minutes=1)
HEALED = datetime(2026, 3, 11, 12)
BEFORE, AFTER = HEALED - MINUTE, HEALED
EVENTS = [
    {"kind": "hole", "symbol": "SIM001", "on": "2026-03-10T15:00", "until": "2026-03-10T15:30",
     "value": f"1m {HEALED.isoformat()}"},
    {"kind": "hole", "symbol": "SIM002", "on": "2026-03-10 15:30", "until": "2026-03-10 16:30",
     "value": f"1h {HEALED.isoformat()} null"},
    {"kind": "hole", "symbol": "SIM003", "on": "2026-03-09", "until": "2026-03-10",
     "value": "1d never"},
    {"kind": "hole", "symbol": "SIM004", "on": "2026-03-09 13:30", "until": "2026-03-09 14:30",
     "value": f"* {HEALED.isoformat()}"},
    {"kind": "hole", "symbol": "BTCUSDT", "on": "2026-03-10 10:00", "until": "2026-03-10 10:30",
     "value": f"1m {HEALED.isoformat()}"},
    {"kind": "outage", "symbol": "SIM005", "on": "2026-03-11 10:00", "until": "2026-03-11 12:00",
     "value": "503"},
    {"kind": "outage", "symbol": "*", "on": "2026-03-12 10:00", "until": "2026-03-12 10:05",
     "value": 502},
    {"kind": "restated", "symbol": "SIM006", "on": "2026-03-10 15:00", "until": HEALED.isoformat(),
     "value": "0.99 2 5m"},
    {"kind": "restated", "symbol": "SIM006", "on": "2026-03-09", "until": HEALED.isoformat(),
     "value": "1.02 1 1h"},
]  # fmt: skip


@pytest.fixture(scope="module")
def served() -> Iterator[Exchange]:
    with Exchange(now=BEFORE, events=EVENTS) as exchange:
        yield exchange


@pytest.fixture
def get(served: Exchange) -> Get:
    served.set_clock(BEFORE)
    return asking(served)


def opened(served: Exchange, symbol: str, interval: str) -> list[int]:
    return [
        stamp(bar.opened_at) for bar in served.truth.bars(symbol, interval, START, END + MINUTE)
    ]


def test_a_hole_leaves_bars_out_until_it_heals(served: Exchange, get: Get) -> None:
    lost = range(stamp(datetime(2026, 3, 10, 15)), stamp(datetime(2026, 3, 10, 15, 30)), 60)
    early = chart(get, "SIM001", START, END, interval="1m")["timestamp"]
    served.set_clock(AFTER)
    late = chart(get, "SIM001", START, END, interval="1m")["timestamp"]
    assert late == opened(served, "SIM001", "1m")
    assert early == [one for one in late if one not in lost]
    assert len(late) - len(early) == 30


@pytest.mark.parametrize("interval", ["5m", "15m", "1h", "1d"])
def test_a_hole_in_the_minutes_leaves_coarser_bars_whole(
    served: Exchange, get: Get, interval: str
) -> None:
    early = chart(get, "SIM001", START, END, interval=interval)
    served.set_clock(AFTER)
    late = chart(get, "SIM001", START, END, interval=interval)
    assert early["timestamp"] == opened(served, "SIM001", interval)
    assert quotes(early) == quotes(late)


@pytest.mark.parametrize("name", ["1h", "60m"])
def test_a_hole_can_be_a_row_of_nulls(served: Exchange, get: Get, name: str) -> None:
    found = chart(get, "SIM002", START, END, interval=name)
    assert found["timestamp"] == opened(served, "SIM002", "1h")
    for values in quotes(found).values():
        assert [value is None for value in values] == [place == 2 for place in range(7)]


def test_a_lost_day_is_gone_from_daily_answers_alone(get: Get) -> None:
    window = datetime(2026, 3, 6), END
    days = chart(get, "SIM003", *window, interval="1d")
    hours = chart(get, "SIM003", *window, interval="1h")
    assert days["timestamp"] == [
        stamp(datetime(2026, 3, 6, 14, 30)),
        stamp(datetime(2026, 3, 10, 13, 30)),
    ]
    assert len(days["indicators"]["adjclose"][0]["adjclose"]) == 2
    assert len(hours["timestamp"]) == 3 * 7


def test_a_hole_in_every_interval_takes_what_opens_inside_it(served: Exchange, get: Get) -> None:
    window = datetime(2026, 3, 9, 13), datetime(2026, 3, 9, 19, 59)
    early = {
        interval: len(chart(get, "SIM004", *window, interval=interval).get("timestamp", []))
        for interval in ("1m", "5m", "15m", "1h", "1d")
    }
    served.set_clock(AFTER)
    late = {
        interval: len(chart(get, "SIM004", *window, interval=interval)["timestamp"])
        for interval in early
    }
    assert late == {"1m": 390, "5m": 78, "15m": 26, "1h": 7, "1d": 1}
    assert early == {"1m": 330, "5m": 66, "15m": 22, "1h": 6, "1d": 0}


def test_a_page_of_klines_is_full_without_the_lost_ones(served: Exchange, get: Get) -> None:
    start = stamp(datetime(2026, 3, 10, 9, 50)) * 1000
    query = {"symbol": "BTCUSDT", "interval": "1m", "limit": 60}

    def openings(**more: int) -> list[int]:
        rows = get("/binance/api/v3/klines", **query, **more).json()
        return [(row[0] - start) // 60_000 for row in rows]

    assert openings(startTime=start) == [*range(10), *range(40, 90)]
    backwards = openings(endTime=start + 49 * 60_000)
    assert backwards == [*range(-40, 10), *range(40, 50)]
    served.set_clock(AFTER)
    assert openings(startTime=start) == [*range(60)]


def test_an_outage_refuses_the_requests_for_its_symbol(served: Exchange, get: Get) -> None:
    def statuses() -> list[int]:
        return [get(CHART + symbol, range="5d").status_code for symbol in ("SIM005", "SIM001")]

    assert statuses() == [503, 200]
    assert [record.status for record in served.journal()[-2:]] == [503, 200]
    served.set_clock(datetime(2026, 3, 11, 12))
    assert statuses() == [200, 200]


def test_an_outage_of_everything_strikes_every_dialect(served: Exchange, get: Get) -> None:
    paths = (CHART + "AAPL", "/binance/api/v3/ping", "/yahoo/v7/finance/quote")
    served.set_clock(datetime(2026, 3, 12, 10, 4))
    assert [get(path).status_code for path in paths] == [502, 502, 502]
    served.set_clock(datetime(2026, 3, 12, 10, 5))
    assert get(CHART + "AAPL").status_code == 200


def test_one_bar_of_one_interval_is_restated(served: Exchange, get: Get) -> None:
    start = datetime(2026, 3, 10, 15)
    window = start - timedelta(minutes=5), start + timedelta(minutes=5)
    early = quotes(chart(get, "SIM006", *window, interval="5m"))
    served.set_clock(AFTER)
    late = quotes(chart(get, "SIM006", *window, interval="5m"))
    assert early["close"][1] == pytest.approx(late["close"][1] * 0.99, rel=1e-3)
    assert early["low"][1] <= early["close"][1]
    assert early["volume"][1] == 2 * late["volume"][1]
    for place in (0, 2):
        assert [early[name][place] for name in early] == [late[name][place] for name in late]


def test_all_hours_of_a_day_are_restated_and_no_other_interval(served: Exchange, get: Get) -> None:
    window = datetime(2026, 3, 9, 13), datetime(2026, 3, 10, 19, 59)

    def closes(interval: str) -> list[float]:
        found: list[float] = quotes(chart(get, "SIM006", *window, interval=interval))["close"]
        return found

    early, minutes = closes("1h"), closes("1m")
    served.set_clock(AFTER)
    late = closes("1h")
    assert early[:7] == pytest.approx([close * 1.02 for close in late[:7]], rel=1e-3)
    assert early[7:] == late[7:]
    assert closes("1m") == minutes


@pytest.mark.parametrize(
    "event",
    [
        {"kind": "hail", "symbol": "SIM001", "on": "2026-03-09", "value": "1"},
        {"kind": "news", "symbol": "SIM001", "when": "2026-03-09", "value": "1"},
        {"kind": "crash", "symbol": "SIM001", "on": "2026-03-09", "value": "-0.1"},
        {"kind": "split_lag", "symbol": "SIM001", "on": "2026-03-09", "until": "2026-03-10",
         "value": "both"},
        {"kind": "hole", "symbol": "SIM001", "on": "2026-03-09", "until": "2026-03-10",
         "value": "1m never twice"},
    ],
)  # fmt: skip
def test_an_event_that_says_nothing_is_refused(event: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"event|crash|split|hole"):
        Exchange(events=[event])


def test_every_kind_of_event_is_described() -> None:
    described = Path(events.__file__).with_name("README.md").read_text(encoding="utf-8")
    for kind in (*events.READERS, *lapses.READERS):
        assert f"`{kind}`" in described, kind
