"""A run against a real exchange: one bad unit never stops the rest, and nothing is lost."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import pytest

from extract import plan
from extract.landing import Landing
from extract.plan import Choice
from flows import healing
from flows.origin import market_source
from flows.run import Report, run
from sandbox import Exchange
from warehouse import database
from warehouse.settings import Settings

NOON = datetime(2026, 3, 11, 15, 0)
FETCH = ("extract", "load")


def fetch(at_exchange: Settings, *symbols: str, interval: str = "1d") -> Report:
    return run(at_exchange, FETCH, Choice(symbols, intervals=(interval,)))


def rows(at_exchange: Settings, query: str) -> list[tuple[object, ...]]:
    with database.connect(at_exchange.folder.warehouse, read_only=True) as connection:
        return connection.execute(query).fetchall()


def outcomes(report: Report) -> Counter[str]:
    return Counter(str(failure.outcome) for failure in report.failures)


def daily(at_exchange: Settings, symbol: str) -> int:
    ((count,),) = rows(
        at_exchange, f"select count(*) from raw.yahoo_bars where symbol = '{symbol}'"
    )
    assert isinstance(count, int)
    return count


def test_every_call_is_booked_with_its_outcome_and_window(at_exchange: Settings) -> None:
    fetch(at_exchange, "AAPL", "BTCUSDT")
    found = rows(
        at_exchange,
        "select provider, endpoint, outcome, row_count > 0 from raw.requests "
        "where window_start is not null order by all",
    )
    # AAPL's days are asked of the other providers too, to be compared with Yahoo's.
    assert found == [
        (name, "bars", "ok", True)
        for name in ("alpha_vantage", "binance", "fmp", "massive", "yahoo")
    ]


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ({"status": 503}, "unavailable"),
        ({"html": True}, None),
        ({"cut_at": 300}, None),
        ({"status": 429, "body": "Edge: Too Many Requests"}, "throttled"),
        ({"junk_json": True}, None),
        ({"reset": True}, "unavailable"),
    ],
)
def test_one_bad_answer_fails_its_unit_and_the_rest_goes_on(
    at_exchange: Settings, exchange: Exchange, fault: dict[str, object], outcome: str | None
) -> None:
    exchange.add_fault({"match": {"path": "/chart/MSFT"}, "do": fault})
    report = fetch(at_exchange, "AAPL", "MSFT", "NVDA")
    failed = {failure.item.symbol for failure in report.failures}
    assert failed == {"MSFT"}
    if outcome:
        assert set(outcomes(report)) == {outcome}
    assert all(failure.detail for failure in report.failures)
    assert daily(at_exchange, "AAPL") == daily(at_exchange, "NVDA") > 490
    assert daily(at_exchange, "MSFT") == 0
    exchange.clear_faults()
    fetch(at_exchange, "AAPL", "MSFT", "NVDA")
    assert daily(at_exchange, "MSFT") == daily(at_exchange, "AAPL") > 490


def test_an_unknown_symbol_is_said_to_be_unknown_and_asked_once_a_day(
    at_exchange: Settings, exchange: Exchange
) -> None:
    from extract import universe

    universe.add(at_exchange.folder, ["NOSUCH"])
    report = fetch(at_exchange, "NOSUCH", "AAPL")
    assert set(outcomes(report)) == {"unknown_symbol"}
    exchange.clear_journal()
    fetch(at_exchange, "NOSUCH")
    assert [one for one in exchange.journal() if "NOSUCH" in one.path] == []


def test_a_second_run_in_the_same_minute_asks_no_bars(
    at_exchange: Settings, exchange: Exchange
) -> None:
    run(at_exchange, FETCH, Choice(("AAPL", "SPX", "BTCUSDT")))
    exchange.clear_journal()
    report = run(at_exchange, FETCH, Choice(("AAPL", "SPX", "BTCUSDT")))
    assert [item for item in report.planned if item.endpoint in ("bars", "actions")] == []
    asked = [one.path for one in exchange.journal() if "chart" in one.path or "klines" in one.path]
    assert asked == []


def test_a_hole_made_while_the_machine_slept_heals_in_the_next_run(
    at_exchange: Settings, exchange: Exchange
) -> None:
    run(at_exchange, FETCH, Choice(("AAPL",), intervals=("1m",)))
    exchange.set_clock(NOON + timedelta(days=2, hours=3))
    run(at_exchange, FETCH, Choice(("AAPL",), intervals=("1m",)))
    held = rows(
        at_exchange,
        "select cast(stamped_at as date), count(distinct stamped_at) from raw.yahoo_bars "
        "where interval = '1m' and stamped_at >= '2026-03-11' group by 1 order by 1",
    )
    assert [count for _, count in held] == [390, 390, 270]


def test_a_damaged_landing_file_is_fetched_anew(at_exchange: Settings) -> None:
    report = run(at_exchange, ("extract",), Choice(("AAPL",), intervals=("1d",)))
    line = next(
        one
        for one in Landing(at_exchange.folder).manifest.lines()
        if one.table_name == "yahoo_bars"
    )
    path = at_exchange.folder.landing / line.path
    path.write_bytes(path.read_bytes()[:-10])
    report = fetch(at_exchange, "AAPL")
    assert [name for name, _ in report.damaged] == [line.path]
    assert {item.reason for item in report.planned if item.endpoint == "bars"} == {"missing"}
    assert daily(at_exchange, "AAPL") > 490


def test_bars_of_a_file_join_the_universe_and_bad_rows_are_set_aside(
    at_exchange: Settings,
) -> None:
    inbox = at_exchange.folder.inbox
    (inbox / "mine.csv").write_text(
        "symbol,date,open,high,low,close,volume\n"
        "ACME,2026-03-10,10,11,9,10.5,100\n"
        "TRUE,2026-03-10,1,2,1,2,5\n"
        "ACME,2026-03-09,ten,11,9,10.5,100\n"
    )
    report = run(at_exchange, FETCH, Choice(providers=("file_drop",)))
    assert report.failures == []
    assert rows(at_exchange, "select symbol from raw.file_drop_bars order by 1") == [
        ("ACME",),
        ("TRUE",),
    ]
    ((reason, payload),) = rows(at_exchange, "select reason, payload from raw.rejected_rows")
    assert "open" in str(reason)
    assert "ten" in str(payload)
    assert sorted(
        symbol for (symbol,) in rows(at_exchange, "select symbol from raw.personal_universe")
    ) == ["ACME", "TRUE"]
    assert list(inbox.glob("*.csv")) == []


def test_a_file_whose_move_was_killed_is_not_landed_twice(at_exchange: Settings) -> None:
    inbox = at_exchange.folder.inbox
    text = "symbol,date,open,high,low,close,volume\nACME,2026-03-10,10,11,9,10.5,100\n"
    for _ in range(2):
        (inbox / "mine.csv").write_text(text)
        run(at_exchange, FETCH, Choice(providers=("file_drop",)))
        assert list(inbox.glob("*.csv")) == []
    assert rows(at_exchange, "select count(*) from raw.file_drop_bars") == [(1,)]


def test_a_real_folder_and_a_sandbox_folder_never_mix(own_settings: Settings) -> None:
    with market_source(own_settings) as source:
        assert source.providers.yahoo.base_url.startswith("https://")
    assert own_settings.folder.origin == "real"


def test_healing_twice_changes_nothing_more(at_exchange: Settings) -> None:
    fetch(at_exchange, "AAPL")
    (at_exchange.folder.landing / "yahoo_bars" / "2026-03-11" / "000000999.parquet.tmp").write_text(
        "x"
    )
    assert len(healing.heal(at_exchange.folder)) == 1
    assert healing.heal(at_exchange.folder) == []


def test_the_plan_is_the_same_before_and_after_a_build_reads_it(at_exchange: Settings) -> None:
    fetch(at_exchange, "AAPL")
    with market_source(at_exchange) as source:
        again = plan.make(source, Landing(source.folder), Choice(("AAPL",), intervals=("1d",)))
    assert [item for item in again if item.endpoint == "bars"] == []
