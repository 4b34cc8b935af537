"""SIM001 to SIM999: as many made-up stocks as a measurement wants, served like any other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import numpy as np
import pytest
import requests
from yahoo_charts import CHART, chart, quotes, stamp

from sandbox import Exchange
from sandbox.listings import all_listings, find_listing, simulated

Get = Callable[..., requests.Response]
NEXT_MORNING = datetime(2026, 3, 12, 3)


def test_a_count_is_kept_and_the_same_number_is_the_same_listing() -> None:
    first, more = simulated(3), simulated(999)
    assert [one.symbol for one in first] == ["SIM001", "SIM002", "SIM003"]
    assert more[:3] == first
    assert len({one.symbol for one in more}) == 999
    assert {one.calendar for one in more} == {"XNAS"}
    assert len({(one.price, one.volatility, one.volume) for one in more}) == 999
    with pytest.raises(ValueError, match="999"):
        simulated(1000)


def test_they_are_found_by_name_but_not_listed_with_the_others() -> None:
    day = NEXT_MORNING.date()
    assert find_listing("yahoo", "SIM999", day) == simulated(999)[-1]
    assert all(find_listing("yahoo", name, day) is None for name in ("SIM000", "SIM1", "SIM1000"))
    assert not any(one.symbol.startswith("SIM") for one in all_listings())


@pytest.mark.parametrize("interval", ["1m", "1h", "1d"])
def test_charts_serve_the_truth(exchange: Exchange, get: Get, interval: str) -> None:
    exchange.set_clock(NEXT_MORNING)
    start, end = datetime(2026, 3, 10), datetime(2026, 3, 11)
    result = chart(get, "SIM042", start, end, interval=interval)
    truth = exchange.truth.bars("SIM042", interval, start, end)
    assert result["timestamp"] == [stamp(bar.opened_at) for bar in truth]
    assert quotes(result)["close"] == [float(np.float32(bar.close)) for bar in truth]
    assert quotes(result)["volume"] == [int(bar.volume) for bar in truth]
    meta = result["meta"]
    assert (meta["symbol"], meta["currency"], meta["exchangeName"]) == ("SIM042", "USD", "NMS")


def test_quotes_name_them(exchange: Exchange) -> None:
    session = requests.Session()
    session.get(exchange.url + "/yahoo/", timeout=5)
    crumb = session.get(exchange.url + "/yahoo/v1/test/getcrumb", timeout=5).text
    query = {"symbols": "SIM001,SIM000,SIM002", "crumb": crumb}
    answer = session.get(exchange.url + "/yahoo/v7/finance/quote", params=query, timeout=10).json()
    found = answer["quoteResponse"]["result"]
    assert [one["symbol"] for one in found] == ["SIM001", "SIM002"]
    assert all(one["regularMarketPrice"] > 0 for one in found)


def test_an_unknown_number_is_an_unknown_symbol(get: Get) -> None:
    assert get(CHART + "SIM000", range="5d").status_code == 404


def test_prices_stay_where_a_price_can_be(exchange: Exchange) -> None:
    for listing in simulated(25):
        days = exchange.market.days(listing)
        close = days.close[-4000:] / listing.ticks_per_unit
        assert 0.5 < close.min() < close.max() < 20_000, listing.symbol
