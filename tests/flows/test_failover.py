"""A provider is away for some runs: others stand in, say so, and are compared when it is back."""

from __future__ import annotations

from datetime import timedelta

from narrowed import narrowed

from extract.plan import Choice
from flows.run import Report, run
from publish import open_market
from sandbox import Exchange
from warehouse.settings import Settings

AAPL = Choice(("AAPL",), intervals=("1d",))
FETCH = ("extract", "load")
BUILD = (*FETCH, "build", "publish")


def charts(exchange: Exchange, dialect: str) -> int:
    return sum(one.dialect == dialect and "AAPL" in one.path for one in exchange.journal())


def live(settings: Settings, exchange: Exchange, steps: tuple[str, ...], minutes: int) -> Report:
    exchange.advance(timedelta(minutes=minutes))
    exchange.clear_journal()
    wanted = narrowed(
        "tag:staging",
        "+daily_bars",
        "+source_agreement",
        "+quarantined_rows",
        "+requests",
        "+landing_files",
    )
    report = run(settings, steps, AAPL, prepare=wanted)
    assert not report.errors
    return report


def held(settings: Settings) -> list[tuple[str, int]]:
    with open_market(settings.folder.market).connection as connection:
        return connection.execute(
            "select provider, count(*) from daily_bars where symbol = 'AAPL' group by 1 order by 1"
        ).fetchall()


def test_the_next_in_line_stands_in_and_steps_back(
    at_exchange: Settings, exchange: Exchange
) -> None:
    at_exchange.providers.yahoo.backoff_seconds = 0.05
    at_exchange.providers.yahoo.max_wait_seconds = 1
    away = {"match": {"dialect": "yahoo"}, "do": {"status": 429, "body": "Edge: Too Many Requests"}}
    exchange.add_fault(away)
    first = live(at_exchange, exchange, BUILD, 0)
    assert "yahoo is away (throttled): fmp answered for 1 of its windows" in first.notes
    assert "bars" not in {one.item.endpoint for one in first.failures}
    # The last days have Massive's bars, asked as a check and before FMP's in priority.
    stood_in = dict(held(at_exchange))
    assert set(stood_in) == {"fmp", "massive"}
    assert sum(stood_in.values()) == 500

    again = live(at_exchange, exchange, FETCH, 15)
    assert "bars" not in {one.item.endpoint for one in again.failures}
    assert charts(exchange, "fmp") == 0

    exchange.clear_faults()
    # The minutes that Yahoo is left alone for are real ones: they are over with the ledger.
    at_exchange.budgets_file.unlink()
    back = live(at_exchange, exchange, BUILD, 15)
    assert back.failures == []
    assert charts(exchange, "yahoo") > 0
    assert held(at_exchange) == [("yahoo", 500)]
    with open_market(at_exchange.folder.market).connection as connection:
        classes = connection.execute(
            "select class, count(*) from source_agreement where symbol = 'AAPL' "
            "and interval = '1d' group by 1"
        ).fetchall()
        reasons = connection.execute(
            "select distinct reason from requests where provider = 'fmp' and row_count > 400"
        ).fetchall()
    assert classes == [("agree", 500)]
    assert reasons == [("instead of yahoo",)]


def test_nobody_is_left_to_ask_when_all_in_line_are_away(
    at_exchange: Settings, exchange: Exchange
) -> None:
    for name in ("yahoo", "massive", "fmp", "alpha_vantage"):
        exchange.add_fault({"match": {"dialect": name}, "do": {"status": 503}})
    report = live(at_exchange, exchange, FETCH, 0)
    bars = [one.item.provider for one in report.failures if one.item.endpoint == "bars"]
    assert {"yahoo", "massive", "fmp", "alpha_vantage"} <= set(bars)
    assert not [line for line in report.notes if "is away" in line]
