"""Recorded answers of Alpha Vantage, replayed on a real socket: what lands is what they say."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from alpha_vantage_answers import context
from cases.alpha_vantage import bars
from provider_runs import SAMPLES, Landed, run, sample
from scripted_server import ScriptedServer, answer

from extract import alpha_vantage
from extract.work import WorkItem
from warehouse import clock

PRICES = ("open", "high", "low", "close")


@pytest.fixture(autouse=True)
def _later() -> Iterator[None]:
    clock.use(lambda: datetime(2026, 10, 1))
    yield
    clock.use(None)


def replayed(folder: Path, item: WorkItem, body: str, **changes: Any) -> Landed:
    with ScriptedServer(answer(body)) as server:
        return run(alpha_vantage, [item], context(folder, server.url, **changes))


@pytest.mark.parametrize(
    ("name", "symbol"),
    [
        ("daily_IBM_recorded_2024_head.json", "IBM"),
        ("daily_SPY_recorded_2020_head.json", "SPY"),
        ("daily_adjusted_AAPL_recorded_2020_head.json", "AAPL"),
    ],
)
def test_recorded_days_land_as_they_were_given(name: str, symbol: str, tmp_path: Path) -> None:
    given = sample("alpha_vantage", name)
    rows = sorted(given["Time Series (Daily)"].items())
    first, last = (datetime.fromisoformat(rows[place][0]) for place in (0, -1))
    item = bars(symbol, "1d", first, last + timedelta(hours=22))
    landed = replayed(tmp_path, item, json.dumps(given))
    found = landed.tables["alpha_vantage_bars"]
    assert landed.rejected == []
    assert [row["bar_date"].isoformat() for row in found] == [stamp for stamp, _ in rows]
    for row, (_, values) in zip(found, rows, strict=True):
        told = {label.split(". ")[1]: Decimal(text) for label, text in values.items()}
        assert [row[one] for one in (*PRICES, "volume")] == [
            told[one] for one in (*PRICES, "volume")
        ]
        for extra in ("adjusted close", "dividend amount", "split coefficient"):
            assert row[extra.replace(" ", "_")] == told.get(extra)


def test_recorded_quarter_hours_are_those_of_the_session(tmp_path: Path) -> None:
    given = sample("alpha_vantage", "intraday_15min_AAPL_json_from_recorded_csv.json")
    stamps = sorted(given["Time Series (15min)"])
    first, last = (datetime.fromisoformat(stamps[place]) for place in (0, -1))
    item = bars("AAPL", "15m", first, last + timedelta(days=1))
    landed = replayed(tmp_path, item, json.dumps(given), plan="premium")
    found = landed.tables["alpha_vantage_bars"]
    assert len(found) == len(stamps)
    local = [
        row["opened_at"].replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo("America/New_York"))
        for row in found
    ]
    assert [f"{one:%Y-%m-%d %H:%M:%S}" for one in local] == stamps
    assert {f"{one:%H:%M}" for one in local} >= {"09:30", "15:45"}
    assert "16:00" not in {f"{one:%H:%M}" for one in local}


def test_recorded_minutes_of_2017_land_whole(tmp_path: Path) -> None:
    given = sample("alpha_vantage", "intraday_1min_MSFT_compact_recorded_2017.json")
    item = bars("MSFT", "1m", datetime(2017, 12, 18, 14, 30), datetime(2017, 12, 18, 21))
    landed = replayed(tmp_path, item, json.dumps(given), plan="premium")
    assert len(landed.tables["alpha_vantage_bars"]) == len(given["Time Series (1min)"]) == 100
    assert landed.tables["alpha_vantage_bars"][-1]["opened_at"] == datetime(2017, 12, 18, 19, 56)


def test_recorded_minutes_that_end_at_eight_are_stamped_with_their_ends(tmp_path: Path) -> None:
    path = SAMPLES / "alpha_vantage" / "intraday_1min_extended_recorded_2020_head.csv"
    if not path.exists():
        pytest.skip("recorded sample is not here")
    text = path.read_text(encoding="utf-8")
    stamps = [row["time"] for row in csv.DictReader(text.splitlines())]
    assert max(stamps) == "2020-12-18 20:00:00"
    item = bars("IBM", "1m", datetime(2020, 12, 18), datetime(2020, 12, 20))
    for body in (text, text.replace("\n", "\r\n")):
        landed = replayed(tmp_path, item, body, plan="premium", datatype="csv")
        found = landed.tables["alpha_vantage_bars"]
        assert landed.rejected == []
        assert len(found) == sum(stamp > "2020-12-17 19:00" for stamp in stamps)
        assert found[-1]["opened_at"] == datetime(2020, 12, 19, 0, 59)


def test_a_recorded_pair_lands_without_its_running_day(tmp_path: Path) -> None:
    name = "digital_currency_daily_BTC_EUR_current_shape_2026.json"
    given = sample("alpha_vantage", name)
    stamps = sorted(given["Time Series (Digital Currency Daily)"])
    clock.use(lambda: datetime.fromisoformat(stamps[-1]) + timedelta(hours=8))
    item = WorkItem(
        "alpha_vantage", "bars", ("BTC/EUR",), "test", 1, "1d",
        datetime.fromisoformat(stamps[0]), datetime.fromisoformat(stamps[-1]) + timedelta(days=1),
    )  # fmt: skip
    landed = replayed(tmp_path, item, json.dumps(given))
    assert [row["bar_date"].isoformat() for row in landed.tables["alpha_vantage_bars"]] == (
        stamps[:-1]
    )


@pytest.mark.parametrize(
    ("name", "symbol", "day", "percent"),
    [
        ("MSFT_recorded_2018", "MSFT", date(2018, 10, 5), -0.5852),
        ("RELIANCE.BSE_recorded_2026", "RELIANCE.BSE", date(2026, 9, 28), -2.2431),
    ],
)
def test_a_recorded_quote_lands_as_it_was_given(
    name: str, symbol: str, day: date, percent: float, tmp_path: Path
) -> None:
    given = sample("alpha_vantage", f"global_quote_{name}.json")
    item = WorkItem("alpha_vantage", "quotes", (symbol,), "snapshot", 1)
    (row,) = replayed(tmp_path, item, json.dumps(given)).tables["alpha_vantage_quotes"]
    assert (row["trading_date"], row["change_percent"]) == (day, percent)
    assert row["price"] == Decimal(given["Global Quote"]["05. price"])


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("empty_object.json", "unknown_symbol"),
        ("error_200_bad_symbol_daily.json", "unknown_symbol"),
        ("error_200_bad_symbol_intraday.json", "unknown_symbol"),
        ("error_200_daily_25.json", "throttled"),
        ("error_200_demo_key.json", "unauthorised"),
        ("error_200_missing_key.json", "unauthorised"),
        ("error_200_note_old_5_per_minute.json", "throttled"),
        ("error_200_premium_endpoint.json", "out_of_range"),
        ("error_200_premium_outputsize_full.json", "out_of_range"),
        ("currency_exchange_rate_recorded.json", "malformed"),
    ],
)
def test_recorded_refusals_have_their_outcome(name: str, outcome: str, tmp_path: Path) -> None:
    given = sample("alpha_vantage", name)
    item = bars("IBM", "1d", datetime(2026, 9, 1, 13, 30), datetime(2026, 9, 1, 20))
    landed = replayed(tmp_path, item, json.dumps(given), attempts=1)
    assert landed.outcomes == [outcome]
    assert "XXXXXXXX" not in repr((landed.requests, landed.context.failures))


def test_an_empty_quote_is_a_symbol_that_nobody_has(tmp_path: Path) -> None:
    given = sample("alpha_vantage", "empty_global_quote_unknown_symbol.json")
    item = WorkItem("alpha_vantage", "quotes", ("NOPE",), "snapshot", 1)
    assert replayed(tmp_path, item, json.dumps(given)).outcomes == ["unknown_symbol"]
