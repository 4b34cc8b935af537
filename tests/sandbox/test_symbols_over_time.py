"""A symbol answers for whoever holds it when it is asked: renamed, recycled and delisted ones."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import requests
from yahoo_charts import CHART, chart, quotes, stamp

from sandbox import Exchange
from sandbox.listings import all_listings

Get = Callable[..., requests.Response]
RENAMED = datetime(2022, 6, 9)
META, ETF = "Meta Platforms, Inc.", "Roundhill Ball Metaverse ETF"
TWITTER, ZOMBIE = "Twitter, Inc.", "Zombright Retail Group Inc."


def holder(get: Get, symbol: str) -> str | None:
    """The name behind a symbol, or nothing when Yahoo does not know it."""
    answer = get(CHART + symbol, range="5d", interval="1d")
    if answer.status_code == 404:
        error = answer.json()["chart"]["error"]
        assert error["description"] == "No data found, symbol may be delisted"
        return None
    name: str = answer.json()["chart"]["result"][0]["meta"]["longName"]
    return name


def quoted(exchange: Exchange, symbols: str) -> list[str]:
    session = requests.Session()
    session.get(exchange.url + "/yahoo/", timeout=5)
    crumb = session.get(exchange.url + "/yahoo/v1/test/getcrumb", timeout=5).text
    query = {"symbols": symbols, "crumb": crumb}
    answer = session.get(exchange.url + "/yahoo/v7/finance/quote", params=query, timeout=10).json()
    return [one["longName"] for one in answer["quoteResponse"]["result"]]


def history(get: Get, symbol: str, end: datetime) -> dict[str, Any]:
    return chart(get, symbol, datetime(2000, 1, 1), end, interval="1d")


@pytest.mark.parametrize(
    ("now", "held"),
    [
        (datetime(2021, 6, 29, 15), {"FB": META, "META": None, "METV": None}),
        (datetime(2021, 6, 30, 13), {"FB": META, "META": None, "METV": None}),
        (datetime(2021, 6, 30, 14), {"FB": META, "META": ETF, "METV": None}),
        (datetime(2022, 1, 30, 15), {"FB": META, "META": ETF, "METV": None}),
        (datetime(2022, 1, 31, 15), {"FB": META, "META": None, "METV": ETF}),
        (datetime(2022, 6, 8, 23, 59), {"FB": META, "META": None, "METV": ETF}),
        (RENAMED, {"FB": None, "META": META, "METV": ETF}),
        (datetime(2026, 3, 11, 15), {"FB": None, "META": META, "METV": ETF}),
        (datetime(2022, 10, 28, 15), {"TWTR": TWITTER}),
        (datetime(2022, 10, 29), {"TWTR": None}),
        (datetime(2026, 3, 8, 15), {"ZOMB": ZOMBIE}),
        (datetime(2026, 3, 9), {"ZOMB": None}),
    ],
)
def test_who_holds_a_symbol_when_it_is_asked(
    exchange: Exchange, get: Get, now: datetime, held: dict[str, str | None]
) -> None:
    exchange.set_clock(now)
    assert {symbol: holder(get, symbol) for symbol in held} == held
    known = [name for name in held.values() if name]
    assert quoted(exchange, ",".join(held)) == known


def test_a_renamed_share_answers_with_all_its_history_under_the_new_symbol(
    exchange: Exchange, get: Get
) -> None:
    exchange.set_clock(RENAMED - timedelta(hours=1))
    before = history(get, "FB", datetime(2022, 6, 8, 23))
    exchange.set_clock(RENAMED + timedelta(hours=15))
    after = history(get, "META", datetime(2022, 6, 8, 23))
    assert before["meta"]["symbol"] == "FB"
    assert after["meta"]["symbol"] == "META"
    assert before["meta"]["firstTradeDate"] == after["meta"]["firstTradeDate"]
    assert before["timestamp"][0] == stamp(datetime(2012, 5, 18, 13, 30))
    assert before["timestamp"] == after["timestamp"]
    assert quotes(before) == quotes(after)


def test_a_recycled_symbol_gives_the_older_holders_bars_only_while_it_held_it(
    exchange: Exchange, get: Get
) -> None:
    window = datetime(2021, 9, 1), datetime(2021, 9, 30)
    exchange.set_clock(datetime(2021, 10, 1, 15))
    fund = chart(get, "META", *window, interval="1d")
    share = chart(get, "FB", *window, interval="1d")
    exchange.set_clock(datetime(2022, 7, 1, 15))
    later = chart(get, "META", *window, interval="1d")
    renamed = chart(get, "METV", *window, interval="1d")
    assert quotes(later) == quotes(share) != quotes(fund)
    assert quotes(renamed) == quotes(fund)
    assert fund["meta"]["instrumentType"] == renamed["meta"]["instrumentType"] == "ETF"
    truth = exchange.truth.bars("META~2021", "1d", *window)
    assert quotes(fund)["close"] == [float(np.float32(bar.close)) for bar in truth]


@pytest.mark.parametrize(
    ("symbol", "gone", "last"),
    [
        ("TWTR", datetime(2022, 10, 29), date(2022, 10, 27)),
        ("ZOMB", datetime(2026, 3, 9), date(2026, 3, 5)),
    ],
)
def test_a_delisted_share_ends_and_is_then_unknown_at_every_interval(
    exchange: Exchange, get: Get, symbol: str, gone: datetime, last: date
) -> None:
    exchange.set_clock(gone - timedelta(minutes=1))
    result = history(get, symbol, gone)
    ending = datetime(1970, 1, 1) + timedelta(seconds=result["timestamp"][-1])
    assert ending.date() == last
    exchange.set_clock(gone)
    for interval in ("1d", "1h", "1m"):
        answer = get(CHART + symbol, range="5d", interval=interval)
        assert answer.status_code == 404, interval
    window = datetime.combine(last, datetime.min.time()), gone
    assert [bar.session_date for bar in exchange.truth.bars(symbol, "1d", *window)] == [last]


def test_no_symbol_has_two_holders_on_one_day() -> None:
    for column in ("yahoo_symbol", "binance_symbol"):
        held: dict[str, list[tuple[date, date]]] = {}
        for listing in all_listings():
            span = listing.served_from, listing.served_until
            held.setdefault(getattr(listing, column), []).append(span)
        held.pop("")
        for symbol, spans in held.items():
            ordered = sorted(spans)
            for one, then in pairwise(ordered):
                assert one[1] < then[0], symbol
