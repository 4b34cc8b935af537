"""Recorded answers of FMP, and what it documents, replayed at the transport's edge."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from provider_runs import Landed, context_for, fmp_bars, run, sample
from scripted_server import ScriptedServer, answer

from extract import fmp
from extract.fmp import cells
from extract.work import WorkItem
from warehouse import clock

NEW_YORK = ZoneInfo("America/New_York")
PRICES = ("open", "high", "low", "close", "volume")
QUOTE = WorkItem("fmp", "quotes", ("AAPL",), "snapshot")


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    clock.use(lambda: datetime(2025, 9, 23, 12, 0))
    yield
    clock.use(None)


def replay(tmp_path: Path, item: WorkItem, body: Any, status: int = 200) -> Landed:
    text = body if isinstance(body, str) else json.dumps(body)
    with ScriptedServer(answer(text, status)) as server:
        return run(fmp, [item], context_for(tmp_path, server.url, attempts=1, key="canary-0123"))


def window(given: list[dict[str, Any]]) -> tuple[datetime, datetime]:
    """All the sessions of a recorded answer."""
    days = sorted(row["date"][:10] for row in given)
    first, last = (
        datetime.fromisoformat(day).replace(tzinfo=NEW_YORK) for day in (days[0], days[-1])
    )
    utc = [one.astimezone(UTC).replace(tzinfo=None) for one in (first, last + timedelta(days=1))]
    return utc[0], utc[1]


@pytest.mark.parametrize(
    ("name", "interval"),
    [
        ("chart_1min_documented.json", "1m"),
        ("chart_5min_documented.json", "5m"),
        ("chart_5min_NVDA_recorded_rows_2025.json", "5m"),
        ("chart_15min_documented.json", "15m"),
        ("chart_15min_AAPL_composed_from_real_bars_2023.json", "15m"),
        ("chart_1hour_documented.json", "1h"),
    ],
)
def test_recorded_charts_land_as_they_were_given(name: str, interval: str, tmp_path: Path) -> None:
    given = sample("fmp", name)
    landed = replay(tmp_path, fmp_bars("AAPL", interval, *window(given)), given)
    rows = landed.tables["fmp_bars"]
    local = [row["stamped_at"].replace(tzinfo=UTC).astimezone(NEW_YORK) for row in rows]
    assert [f"{one:%Y-%m-%d %H:%M:%S}" for one in local] == [row["date"] for row in given[::-1]]
    assert [[row[one] for one in PRICES] for row in rows] == [
        [row[one] for one in PRICES] for row in given[::-1]
    ]
    assert landed.rejected == []
    assert landed.outcomes == []


def test_the_first_bar_of_a_winter_day_opens_at_half_past_two_in_utc() -> None:
    assert cells.opening("2023-01-31 09:30:00") == datetime(2023, 1, 31, 14, 30)
    assert cells.opening("2025-06-24 09:30:00") == datetime(2025, 6, 24, 13, 30)
    assert cells.opening("2025-03-07 15:30:00") == datetime(2025, 3, 7, 20, 30)
    assert cells.opening("2025-03-10 15:30:00") == datetime(2025, 3, 10, 19, 30)
    assert cells.opening("2025-10-31 15:30:00") == datetime(2025, 10, 31, 19, 30)
    assert cells.opening("2025-11-03 15:30:00") == datetime(2025, 11, 3, 20, 30)


@pytest.mark.parametrize(
    ("stamp", "reason"),
    [
        ("2025-03-09 02:30:00", "skipped"),
        ("2025-11-02 01:30:00", "twice"),
        ("2025-11-02T00:30:00", "not a date with a time"),
        ("2025-11-02", "not a date with a time"),
        (1758571201, "no text"),
    ],
)
def test_a_stamp_that_means_no_instant_or_two_is_refused(stamp: Any, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        cells.opening(stamp)


@pytest.mark.parametrize("name", ["eod_full_AAPL_stable_2025.json", "eod_full_documented.json"])
def test_recorded_days_land_as_they_were_given(name: str, tmp_path: Path) -> None:
    given = sample("fmp", name)
    landed = replay(tmp_path, fmp_bars("AAPL", "1d", *window(given)), given)
    rows = landed.tables["fmp_bars"]
    assert [row["bar_date"].isoformat() for row in rows] == [row["date"] for row in given[::-1]]
    assert [[row[one] for one in PRICES] for row in rows] == [
        [row[one] for one in PRICES] for row in given[::-1]
    ]
    assert landed.outcomes == []


def test_the_change_of_a_day_is_since_its_own_open_and_vwap_a_mean(tmp_path: Path) -> None:
    given = sample("fmp", "eod_full_AAPL_stable_2025.json")
    landed = replay(tmp_path, fmp_bars("AAPL", "1d", *window(given)), given)
    for row in landed.tables["fmp_bars"]:
        mean = sum(row[name] for name in ("open", "high", "low", "close")) / 4
        assert row["change_since_open"] == pytest.approx(row["close"] - row["open"], abs=0.006)
        assert row["mean_price"] == pytest.approx(mean, abs=1e-9)


def test_the_recorded_curve_lands_whole_and_a_bond_is_read_out_of_it(tmp_path: Path) -> None:
    given = sample("fmp", "treasury_rates_stable_2025.json")
    landed = replay(tmp_path, fmp_bars("year10", "1d", *window(given)), given)
    curve = landed.tables["fmp_treasury_rates"]
    assert [{"date": row["rate_date"].isoformat()} | _tenors(row) for row in curve] == given[::-1]
    assert [(row["bar_date"], row["close"]) for row in landed.tables["fmp_bars"]] == [
        (date.fromisoformat(row["date"]), row["year10"]) for row in given[::-1]
    ]
    assert {row["open"] for row in landed.tables["fmp_bars"]} == {None}


def _tenors(row: dict[str, Any]) -> dict[str, Any]:
    return {name: rate for name, rate in row.items() if name not in ("request_id", "rate_date")}


def test_a_recorded_quote_lands_with_its_epoch_in_utc(tmp_path: Path) -> None:
    given = sample("fmp", "quote_AAPL_stable_2025.json")
    row = replay(tmp_path, QUOTE, given).tables["fmp_quotes"][0]
    assert row["quoted_at"] == datetime(2025, 9, 22, 20, 0, 1)
    assert (row["price"], row["volume"]) == (256.08, 101865199)
    assert (row["change_percent"], row["market_cap"]) == (4.30957, 3800327071200)


def test_both_spellings_of_the_change_are_read(tmp_path: Path) -> None:
    given = sample("fmp", "quote_AAPL_v3_2023.json")
    row = replay(tmp_path, QUOTE, given).tables["fmp_quotes"][0]
    assert row["change_percent"] == 0.3514


def test_a_quote_of_nulls_is_a_quote_and_one_of_texts_is_not(tmp_path: Path) -> None:
    nulls = {"symbol": "AAPL", "price": 1.5, "volume": None, "marketCap": None, "timestamp": None}
    landed = replay(tmp_path, QUOTE, [nulls, nulls | {"price": "1.5"}])
    (row,) = landed.tables["fmp_quotes"]
    assert (row["price"], row["volume"], row["quoted_at"]) == (1.5, None, None)
    assert [row["reason"] for row in landed.rejected] == ["price is not a number: '1.5'"]


@pytest.mark.parametrize(
    "name",
    ["historical_price_full_AAPL_v3_2023.json", "index_historical_DJI_v3_2023.json"],
)
def test_days_of_the_old_generation_are_refused(name: str, tmp_path: Path) -> None:
    item = fmp_bars("AAPL", "1d", datetime(2023, 1, 3, 14, 30), datetime(2023, 1, 10, 21))
    landed = replay(tmp_path, item, sample("fmp", name))
    assert landed.outcomes == ["malformed"]
    assert landed.tables["fmp_bars"] == []


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("error_200_limit_reach.json", "throttled"),
        ("error_401_invalid_key.json", "unauthorised"),
        ("error_402_exclusive_endpoint.json", "unauthorised"),
        ("error_402_premium_limit_plaintext.json", "unknown_symbol"),
        ("error_403_legacy_endpoint.json", "malformed"),
        ("error_404_unknown_path.json", "malformed"),
        ("error_429_bandwidth.json", "throttled"),
        ("error_429_limit_reach.json", "throttled"),
        ("empty_unknown_symbol.json", "unknown_symbol"),
    ],
)
def test_recorded_refusals_have_their_outcome(name: str, outcome: str, tmp_path: Path) -> None:
    recorded = sample("fmp", name)
    body = recorded.get("body_text", recorded.get("body"))
    item = fmp_bars("AAPL", "1d", datetime(2025, 9, 15, 13, 30), datetime(2025, 9, 19, 20))
    landed = replay(tmp_path, item, body, recorded["status"])
    assert landed.outcomes == [outcome]
    assert {one["outcome"] for one in landed.requests} == {outcome}
    assert landed.requests[0]["status"] == recorded["status"]


@pytest.mark.parametrize("status", [200, 402, 403])
@pytest.mark.parametrize("kind", ["Exclusive", "Restricted", "Special"])
def test_the_first_words_tell_an_endpoint_that_the_plan_lacks(
    kind: str, status: int, tmp_path: Path
) -> None:
    item = fmp_bars("AAPL", "1d", datetime(2025, 9, 15, 13, 30), datetime(2025, 9, 19, 20))
    body = {"Error Message": f"{kind} Endpoint : This endpoint is not available"}
    assert replay(tmp_path, item, body, status).outcomes == ["unauthorised"]
