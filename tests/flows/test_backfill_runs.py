"""A backfill against a real exchange: what it lands, and what readers and runs make of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

import pytest
from never_loaded import begin

from extract.backfill import Asking
from extract.plan import Choice
from flows.backfill import backfill
from flows.run import Watcher, run
from publish import open_market
from sandbox import Exchange
from warehouse import clock, database, settings
from warehouse.errors import ConfigurationError
from warehouse.settings import Settings

NOW = datetime(2026, 3, 11, 15, 0)
OLD = Asking(("AAPL",), "1d", date(2014, 5, 1), date(2014, 7, 31))
MINUTES = Asking(("AAPL", "BTCUSDT"), "5m", date(2026, 3, 9), date(2026, 3, 11))


@dataclass
class Listener(Watcher):
    """Keeps what a person would see."""

    lines: list[str] = field(default_factory=list)
    units: int = 0
    rows: int = 0

    def moved(self, amount: int = 1, rows: int = 0) -> None:
        self.units += amount
        self.rows += rows

    def told(self, line: str) -> None:
        self.lines.append(line)


@pytest.fixture(scope="module")
def _exchange() -> Iterator[Exchange]:
    with Exchange(seed=7, now=NOW) as running:
        yield running


@pytest.fixture
def exchange(_exchange: Exchange) -> Iterator[Exchange]:
    _exchange.set_clock(NOW)
    _exchange.clear_journal()
    yield _exchange
    _exchange.clear_faults()


def test_a_backfill_lands_its_span_and_a_second_one_asks_nothing(
    at_exchange: Settings, exchange: Exchange
) -> None:
    seen = Listener()
    done = backfill(at_exchange, MINUTES, seen, build=False)
    assert done.report.errors == []
    assert (seen.units, seen.rows) == (3, landed_rows(at_exchange))
    assert [step.step for step in done.report.steps] == ["plan", "extract", "load"]
    exchange.clear_journal()
    again = Listener()
    done = backfill(at_exchange, MINUTES, again, build=False)
    assert exchange.journal() == []
    assert again.lines == ["nothing to do: all 6 sessions are landed"]
    assert [step.step for step in done.report.steps] == ["plan"]


def landed_rows(own: Settings) -> int:
    with database.connect(own.folder.warehouse, read_only=True) as connection:
        row = connection.execute(
            "select (select count(*) from raw.yahoo_bars) + (select count(*) from raw.binance_bars)"
            " + (select count(*) from raw.yahoo_splits)"
            " + (select count(*) from raw.yahoo_dividends)"
        ).fetchone()
    assert row
    assert row[0] > 900
    return int(row[0])


def test_only_the_unit_that_failed_is_asked_for_again(
    at_exchange: Settings, exchange: Exchange
) -> None:
    exchange.add_fault({"match": {"path": "/klines"}, "do": {"status": 503}})
    done = backfill(at_exchange, MINUTES, build=False)
    assert {failure.item.symbol for failure in done.report.failures} == {"BTCUSDT"}
    exchange.clear_faults()
    exchange.clear_journal()
    assert backfill(at_exchange, MINUTES, build=False).report.failures == []
    assert {record.dialect for record in exchange.journal()} == {"binance"}


@pytest.fixture
def keyless(own_settings: Settings, exchange: Exchange) -> Settings:
    """A folder of real data whose providers are the exchange, and no key at all."""
    own_settings.folder.prepare("real")
    for name in type(own_settings.providers).model_fields:
        own_settings.provider(name).base_url = f"{exchange.url}/{name}"
        own_settings.provider(name).pace_seconds = 0
    own_settings._keys = {}
    clock.use(exchange.now)
    return own_settings


def test_without_a_key_what_needs_none_is_fetched_and_the_rest_is_told(keyless: Settings) -> None:
    seen = Listener()
    asking = Asking(("AAPL",), "1m", date(2025, 12, 11), date(2026, 3, 11))
    done = backfill(keyless, asking, seen, build=False)
    assert done.report.failures == []
    assert done.planned
    assert seen.rows > 19 * 390
    (left,) = done.planned.left_out
    assert (left.start, left.end) == (date(2025, 12, 11), date(2026, 2, 10))
    assert "yahoo gives the last 29 days" in seen.lines[0]
    assert "needs MASSIVE_API_KEY" in seen.lines[0]


def test_a_span_that_only_a_key_could_open_is_told_and_asks_nothing(
    keyless: Settings, exchange: Exchange
) -> None:
    asking = Asking(("AAPL",), "1m", date(2025, 12, 11), date(2025, 12, 31))
    done = backfill(keyless, asking, build=False)
    (error,) = done.report.errors
    assert isinstance(error, ConfigurationError)
    assert "yahoo gives the last 29 days" in error.message
    assert exchange.journal() == []


@pytest.fixture(scope="module")
def built(
    _exchange: Exchange, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Settings, Exchange]]:
    """A run of AAPL's days, then a backfill of some that are much older, built by a second one."""
    root = tmp_path_factory.mktemp("backfilled") / "data"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TAPEHOUSE_DATA_DIR", str(root))
        patch.setenv("TAPEHOUSE_SANDBOX__URL", _exchange.url)
        _exchange.set_clock(NOW)
        own = settings.load()
        own.folder.prepare("sandbox")
        begin(own.folder)
        assert run(own, ("extract",), Choice(("AAPL",), intervals=("1d",))).errors == []
        assert backfill(own, OLD, build=False).report.errors == []
        _exchange.clear_journal()
        done = backfill(own, OLD)
        assert done.report.errors == []
        assert done.report.published
        assert _exchange.journal() == []
        yield own, _exchange


def ask(own: Settings, query: str) -> list[tuple[object, ...]]:
    with open_market(own.folder.market).connection as connection:
        return list(connection.execute(query).fetchall())


def test_readers_have_the_old_days_split_adjusted(built: tuple[Settings, Exchange]) -> None:
    own, _ = built
    days = ask(
        own,
        "select count(*), min(session_date), max(session_date), "
        "bool_and(round(close_raw / close) = case when session_date < '2014-06-09' "
        "then 28 else 4 end) "
        "from daily_bars where session_date < '2015-01-01'",
    )
    assert days == [(64, date(2014, 5, 1), date(2014, 7, 31), True)]


def test_what_lies_between_is_no_gap_and_no_work_for_runs(
    built: tuple[Settings, Exchange],
) -> None:
    own, exchange = built
    assert ask(own, "select * from bar_gaps where interval = '1d' and symbol = 'AAPL'") == []
    (whole,) = ask(
        own,
        "select sum(expected), sum(held) from completeness "
        "where symbol = 'AAPL' and session_date < '2015-01-01'",
    )
    assert whole == (64, 64)
    exchange.clear_journal()
    report = run(own, ("extract",), Choice(("AAPL",), intervals=("1d",)))
    assert [item.name for item in report.planned if item.endpoint == "bars"] == []
