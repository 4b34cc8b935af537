"""What a work list costs and when it ends, foretold and then lived through in simulated time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from machine_time import BEGIN, SleepyMachine
from provider_runs import binance_bars, run, yahoo_bars

from extract import binance, yahoo
from extract.budgets.budget import Budget
from extract.budgets.forecast import forecast
from extract.budgets.ledger import Priority
from extract.context import FetchContext
from extract.request_log import RejectedRows, RequestLog
from extract.work import WorkItem
from sandbox import Exchange
from warehouse import clock
from warehouse.settings import Settings

START = datetime(2026, 3, 10)


@pytest.fixture
def machine() -> SleepyMachine:
    found = SleepyMachine()
    clock.live_by(found)
    return found


@pytest.fixture
def exchange(machine: SleepyMachine) -> Iterator[Exchange]:
    """One that nobody asked before: what it has counted is in its answers, and believed."""
    with Exchange(seed=7, now=START + timedelta(days=1, hours=15)) as running:
        clock.use(running.now)
        yield running
    clock.use(None)


def settings_of(folder: Path, url: str, **changes: Any) -> Settings:
    found = Settings(data_dir=folder / "data")
    found.budgets.file = folder / "budgets.sqlite"
    for name in ("yahoo", "binance"):
        asked = found.provider(name)
        asked.base_url = f"{url}/{name}"
        for key, value in changes.items():
            setattr(asked, key, value)
    return found


def live(settings: Settings, provider: ModuleType, name: str, items: list[WorkItem]) -> None:
    context = FetchContext(
        1,
        settings.provider(name),
        RequestLog(1),
        RejectedRows(),
        settings.folder.root,
        budgets=settings.budgets_file,
    )
    assert run(provider, items, context).outcomes == []


def hours(make: Any, symbol: str, count: int) -> list[WorkItem]:
    starts = [START + timedelta(hours=n % 20) for n in range(count)]
    return [make(symbol, "1m", at, at + timedelta(hours=1)) for at in starts]


def test_a_second_a_call(exchange: Exchange, tmp_path: Path, machine: SleepyMachine) -> None:
    settings = settings_of(tmp_path, exchange.url)
    items = hours(yahoo_bars, "AAPL", 60)
    (told,) = forecast(settings, items)
    live(settings, yahoo, "yahoo", items)
    assert (told.requests, told.units, told.plan) == (60, 60, "public")
    assert told.seconds == pytest.approx(machine.seconds, rel=0.1)
    assert told.ends_at == BEGIN + timedelta(seconds=told.seconds)


def test_weight_a_minute(exchange: Exchange, tmp_path: Path, machine: SleepyMachine) -> None:
    settings = settings_of(tmp_path, exchange.url, weight_per_minute=10, pace_seconds=0)
    items = hours(binance_bars, "BTCUSDT", 24)
    (told,) = forecast(settings, items)
    live(settings, binance, "binance", items)
    assert told.weight == 48
    assert told.seconds == pytest.approx(machine.seconds, rel=0.1)


def test_what_is_spent_already_is_counted(tmp_path: Path, machine: SleepyMachine) -> None:
    settings = settings_of(tmp_path, "http://127.0.0.1:9", calls_per_minute=10, pace_seconds=0)
    own = Budget(settings.budgets_file, "yahoo", settings.providers.yahoo)
    for _ in range(10):
        own.answered(own.take(1, Priority.LIVE))
    (told,) = forecast(settings, hours(yahoo_bars, "AAPL", 1))
    assert told.seconds == pytest.approx(60, abs=1)
    assert machine.seconds == 0, "a forecast takes nothing and waits for nothing"
    assert own.ledger.circuit() is None


def test_days_that_a_budget_takes_are_told(tmp_path: Path, machine: SleepyMachine) -> None:
    settings = settings_of(tmp_path, "http://127.0.0.1:9", calls_per_day=10, pace_seconds=0)
    (told,) = forecast(settings, hours(yahoo_bars, "AAPL", 35))
    assert told.spent == "10 of 10 a day"
    assert timedelta(days=3) <= timedelta(seconds=told.seconds) < timedelta(days=3, minutes=1)


def test_a_long_list_goes_on_at_the_rate_of_its_beginning(
    tmp_path: Path, machine: SleepyMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("extract.budgets.forecast.MOST_PLAYED", 100)
    settings = settings_of(tmp_path, "http://127.0.0.1:9")
    (told,) = forecast(settings, hours(yahoo_bars, "AAPL", 1000))
    assert told.seconds == pytest.approx(1000, rel=0.02)
