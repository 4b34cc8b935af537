"""Around a split Yahoo's events and its prices do not always change on the same day."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

import numpy as np
import pytest
import requests
from yahoo_charts import asking, chart, quotes, stamp

from sandbox import Exchange

Get = Callable[..., requests.Response]
EX_DATE = date(2026, 3, 4)
CAUGHT_UP = datetime(2026, 3, 9, 12)
LAGGING, AFTER = datetime(2026, 3, 6, 22), CAUGHT_UP
WINDOW = datetime(2026, 2, 2), datetime(2026, 3, 6, 20, 59)
RATIO = 4


def _company(symbol: str, lagging: str | None) -> list[dict[str, Any]]:
    """A split of 4:1 in March and a dividend a quarter, one of them three weeks before it."""
    events = [
        {"kind": "split", "symbol": symbol, "on": EX_DATE, "value": f"{RATIO}:1"},
        {"kind": "dividend", "symbol": symbol, "on": "2020-02-03", "value": "0.4 0 2;5;8;11"},
    ]
    if lagging is not None:
        events.append(
            {"kind": "split_lag", "symbol": symbol, "on": EX_DATE, "until": CAUGHT_UP,
             "value": lagging}
        )  # fmt: skip
    return events


EVENTS = [*_company("SIM011", "prices"), *_company("SIM012", "event")]
EVENTS += [*_company("SIM013", None), {"kind": "split", "symbol": "SIM014", "on": EX_DATE,
                                       "value": "1:10"}]  # fmt: skip


@pytest.fixture(scope="module")
def served() -> Iterator[Exchange]:
    with Exchange(now=LAGGING, events=EVENTS) as exchange:
        yield exchange


@pytest.fixture
def get(served: Exchange) -> Get:
    served.set_clock(LAGGING)
    return asking(served)


def days(get: Get, symbol: str) -> dict[str, Any]:
    return chart(get, symbol, *WINDOW, interval="1d", events="div,splits")


def as_traded(served: Exchange, symbol: str, interval: str, *window: datetime) -> list[float]:
    bars = served.truth.bars(symbol, interval, *window)
    return [float(np.float32(bar.close)) for bar in bars]


def adjusted(result: dict[str, Any]) -> list[float]:
    found: list[float] = result["indicators"]["adjclose"][0]["adjclose"]
    return found


def before(result: dict[str, Any]) -> int:
    return sum(one < stamp(datetime(2026, 3, 4)) for one in result["timestamp"])


def test_a_split_of_an_events_row_moves_market_and_answers(served: Exchange, get: Get) -> None:
    result = days(get, "SIM014")
    traded = as_traded(served, "SIM014", "1d", *WINDOW)
    whole, close = before(result), quotes(result)["close"]
    assert close[:whole] == pytest.approx([one * 10 for one in traded[:whole]], rel=1e-7)
    assert close[whole:] == traded[whole:]
    assert [one["splitRatio"] for one in result["events"]["splits"].values()] == ["1:10"]


@pytest.mark.parametrize("symbol", ["SIM011", "SIM012", "SIM013"])
def test_in_the_end_event_and_prices_agree(served: Exchange, get: Get, symbol: str) -> None:
    served.set_clock(AFTER)
    result = days(get, symbol)
    traded = as_traded(served, symbol, "1d", *WINDOW)
    expected = [one / RATIO for one in traded[: before(result)]] + traded[before(result) :]
    assert quotes(result)["close"] == pytest.approx(expected, rel=1e-7)
    assert len(result["events"]["splits"]) == 1


def test_while_prices_lag_the_event_is_listed_and_history_is_in_the_old_basis(
    served: Exchange, get: Get
) -> None:
    early = days(get, "SIM011")
    served.set_clock(AFTER)
    late = days(get, "SIM011")
    assert early["events"]["splits"] == late["events"]["splits"]
    assert quotes(early)["close"] == as_traded(served, "SIM011", "1d", *WINDOW)
    whole = before(early)
    assert quotes(early)["volume"][:whole] == [one // 4 for one in quotes(late)["volume"][:whole]]
    for name, values in quotes(early).items():
        assert values[whole:] == quotes(late)[name][whole:]


def test_while_the_event_lags_history_is_in_the_new_basis_already(
    served: Exchange, get: Get
) -> None:
    early = days(get, "SIM012")
    served.set_clock(AFTER)
    late = days(get, "SIM012")
    assert "splits" not in early["events"]
    assert len(late["events"]["splits"]) == 1
    assert early["indicators"] == late["indicators"]
    assert early["events"]["dividends"] == late["events"]["dividends"]


def test_dividends_are_in_the_basis_of_the_prices(served: Exchange, get: Get) -> None:
    def amounts() -> list[float]:
        found = [days(get, symbol)["events"]["dividends"] for symbol in ("SIM011", "SIM012")]
        return [next(iter(paid.values()))["amount"] for paid in found]

    early = amounts()
    served.set_clock(AFTER)
    assert early == [pytest.approx(4 * amounts()[0], rel=1e-5), amounts()[1]]


@pytest.mark.parametrize("now", [LAGGING, AFTER])
@pytest.mark.parametrize("symbol", ["SIM011", "SIM012"])
def test_adjclose_is_reduced_by_the_dividends_as_they_are_served(
    served: Exchange, get: Get, symbol: str, now: datetime
) -> None:
    served.set_clock(now)
    result = days(get, symbol)
    close = quotes(result)["close"]
    ((key, paid),) = result["events"]["dividends"].items()
    place = result["timestamp"].index(int(key))
    factor = 1 - paid["amount"] / close[place - 1]
    expected = [one * factor for one in close[:place]] + close[place:]
    assert adjusted(result) == pytest.approx(expected, rel=3e-7)


@pytest.mark.parametrize("interval", ["1m", "1h"])
def test_intraday_answers_lag_as_daily_ones_do(served: Exchange, get: Get, interval: str) -> None:
    window = datetime(2026, 3, 3, 14, 30), datetime(2026, 3, 3, 20, 59)
    traded = as_traded(served, "SIM011", interval, window[0], datetime(2026, 3, 3, 21))

    def closes(symbol: str) -> list[float]:
        result = chart(get, symbol, *window, interval=interval, events="div,splits")
        found: list[float] = quotes(result)["close"]
        return found

    prices_late, event_late = closes("SIM011"), closes("SIM012")
    served.set_clock(AFTER)
    assert prices_late == traded
    assert closes("SIM011") == pytest.approx([one / RATIO for one in traded], rel=1e-7)
    assert closes("SIM012") == event_late


def test_nothing_of_a_split_shows_before_its_day(served: Exchange, get: Get) -> None:
    served.set_clock(datetime(2026, 3, 3, 22))
    for symbol in ("SIM011", "SIM012", "SIM013"):
        result = chart(get, symbol, WINDOW[0], datetime(2026, 3, 3, 20), events="splits")
        assert "events" not in result
        expected = as_traded(served, symbol, "1d", WINDOW[0], datetime(2026, 3, 3, 20))
        assert quotes(result)["close"] == expected
