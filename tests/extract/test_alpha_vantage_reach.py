"""What an answer and a plan of Alpha Vantage reach, and what is told of the rest."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from alpha_vantage_answers import OPEN, context, daily, figures, played, window
from cases.alpha_vantage import bars
from provider_runs import run

from extract import alpha_vantage
from extract.ledger.coverage import rules
from sandbox import Exchange
from warehouse import clock
from warehouse.provider_settings import AlphaVantageSettings


def days(first: date, count: int) -> list[date]:
    found = [first + timedelta(days=number) for number in range(count * 2)]
    return [one for one in found if one.weekday() < 5][:count]


@pytest.fixture(autouse=True)
def _after_all_of_it() -> None:
    clock.use(lambda: datetime(2026, 3, 20, 12))


def test_what_a_compact_answer_does_not_reach_is_out_of_range(tmp_path: Path) -> None:
    held = days(date(2025, 10, 20), 100)
    body = daily({one.isoformat(): figures() for one in reversed(held)})
    partly = window(date(2025, 10, 1), held[-1])
    landed = played(tmp_path, [partly], body)
    assert len(landed.tables["alpha_vantage_bars"]) == 100
    assert landed.outcomes == ["out_of_range"]
    assert landed.requests[0]["outcome"] == "ok"
    assert landed.requests[0]["window_start"] == datetime(2025, 10, 20, 4)
    wholly = window(date(2025, 9, 1), date(2025, 9, 30))
    beyond = played(tmp_path, [wholly], body)
    assert beyond.outcomes == [beyond.requests[0]["outcome"]] == ["out_of_range"]
    assert beyond.requests[0]["window_start"] is None


def test_a_young_symbols_short_answer_is_whole(tmp_path: Path) -> None:
    body = daily({one.isoformat(): figures() for one in days(date(2026, 1, 5), 20)})
    landed = played(tmp_path, [window(date(2025, 10, 1), date(2026, 3, 6))], body)
    assert landed.outcomes == []
    assert landed.requests[0]["window_start"] == datetime(2025, 10, 1, 14, 30)


def test_a_free_key_is_not_asked_for_minutes(tmp_path: Path) -> None:
    landed = played(tmp_path, [window(date(2026, 3, 2), date(2026, 3, 2), interval="1m")], "{}")
    assert landed.outcomes == ["out_of_range"]
    assert landed.requests == []


def test_a_free_plan_lacks_minutes_and_old_days_and_a_premium_one_nothing() -> None:
    free, premium = AlphaVantageSettings(), AlphaVantageSettings(plan="premium")
    assert (free.history_days, premium.history_days) == (140, None)
    assert free.lacking == {"1m", "5m", "15m"}
    assert premium.lacking == set()
    assert AlphaVantageSettings(plan="premium", history_days=900).history_days == 900
    assert timedelta(minutes=free.delay_minutes) == rules()["alpha_vantage"].settle("1d")


def test_hours_are_not_served_at_all(tmp_path: Path) -> None:
    item = window(date(2026, 3, 2), date(2026, 3, 2), interval="1h")
    assert alpha_vantage.chunks("1h", item.start, item.end, item.end) == []
    landed = played(tmp_path, [item], "{}", plan="premium")
    assert landed.outcomes == ["out_of_range"]
    assert landed.requests == []


def test_a_plan_that_has_less_than_was_set_falls_back_and_does_not_ask_twice(
    exchange: Exchange, tmp_path: Path
) -> None:
    given = context(tmp_path, f"{exchange.url}/alpha_vantage", plan="premium")
    first = datetime(2025, 2, 3)
    items = [
        bars(symbol, "1d", first + OPEN, datetime(2026, 3, 10, 20)) for symbol in ("AAPL", "MSFT")
    ]
    landed = run(alpha_vantage, items, given)
    functions = [one.query["function"] for one in exchange.journal()]
    assert functions == ["TIME_SERIES_DAILY_ADJUSTED", *["TIME_SERIES_DAILY"] * 3]
    assert [one.query["outputsize"] for one in exchange.journal()] == [
        "full", "full", "compact", "compact",
    ]  # fmt: skip
    assert landed.outcomes == ["out_of_range", "out_of_range"]
    assert len(landed.tables["alpha_vantage_bars"]) == 2 * 99
