"""Each figure of a report is the copy's own, asked for here in other words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import Any

import duckdb
import pytest
from report_reading import table

from publish import open_market
from publish.report.build import build
from publish.report.document import Figure, Report
from publish.report.sections.sources import Allowance
from publish.report.week import Week, week_of
from warehouse.folder import DataFolder

WEEK = week_of(date(2026, 3, 10))
# A whole week of the past, in which more happened.
EARLIER = Week(date(2026, 2, 2), date(2026, 2, 15))


@pytest.fixture(scope="module")
def market(demo: DataFolder) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_market(demo.market).connection as connection:
        yield connection


@pytest.fixture(scope="module")
def year(market: duckdb.DuckDBPyConnection) -> Report:
    """A span in which every signal came."""
    return build(market, Week(date(2025, 3, 3), date(2026, 3, 10)), "sandbox")


@pytest.fixture(scope="module", params=[WEEK, EARLIER], ids=["newest", "earlier"])
def report(request: pytest.FixtureRequest, market: duckdb.DuckDBPyConnection) -> Report:
    return build(market, request.param, "sandbox", [Allowance("binance", "public", 1000, 60)])


def figure(report: Report, key: str) -> Figure:
    return next(one for section in report.sections for one in section.figures if one.key == key)


def column(report: Report, key: str, title: str) -> list[Any]:
    found = table(report, key)
    at = [one.title for one in found.columns].index(title)
    return [row.cells[at] for row in found.rows]


def test_changes_are_the_products_of_the_daily_ones(
    report: Report, market: duckdb.DuckDBPyConnection
) -> None:
    """The week's change from closes is that of its days, which another mart has in percent."""
    found = dict(
        market.execute(
            "select symbol, (exp(sum(ln(1 + price_change_pct::double / 100))) - 1) * 100"
            f" from daily_aggregates where date between '{report.week.first}' and"
            f" '{report.week.last}' and price_change_pct is not null group by symbol"
        ).fetchall()
    )
    keys = ("indices", "funds", "commodities", "crypto", "movers_up", "movers_down")
    shown = {
        symbol: change
        for key in keys
        for symbol, change in zip(
            column(report, key, "Symbol"), column(report, key, "Change"), strict=True
        )
    }
    assert len(shown) >= 20
    for symbol, change in shown.items():
        assert change == pytest.approx(found[symbol], abs=1e-4), symbol


def test_the_movers_are_drawn_as_their_tables_have_them(report: Report) -> None:
    (drawn,) = figure(report, "movers").series
    told = dict(
        pair
        for key in ("movers_up", "movers_down")
        for pair in zip(column(report, key, "Symbol"), column(report, key, "Change"), strict=True)
    )
    assert list(drawn.y) == sorted(drawn.y, key=lambda value: -(value or 0))
    assert dict(zip(drawn.x, drawn.y, strict=True)) == told


def test_indices_are_drawn_from_their_closes(
    report: Report, market: duckdb.DuckDBPyConnection
) -> None:
    for one in figure(report, "indices").series:
        closes = market.execute(
            "select session_date, close::double from daily_bars where symbol = ? and"
            " session_date <= ? order by 1 desc limit 60",
            [one.name, report.week.last],
        ).fetchall()[::-1]
        assert [day for day, _ in closes] == list(one.x)
        base = [close for day, close in closes if day < report.week.first][-1]
        assert list(one.y) == pytest.approx([100 * close / base for _, close in closes])
        place = column(report, "indices", "Symbol").index(one.name)
        shown = column(report, "indices", "Change")[place]
        assert one.y[-1] == pytest.approx(100 + shown)


def test_the_curve_is_drawn_as_its_table_has_it_by_tenor(report: Report) -> None:
    now, before = figure(report, "curve").series
    assert column(report, "treasuries", "Symbol") == ["US3M", "US5Y", "US10Y", "US30Y"]
    assert now.x == ("3 months", "5 years", "10 years", "30 years")
    assert list(now.y) == [float(one) for one in column(report, "treasuries", "Yield %")]
    assert list(before.y) == [float(one) for one in column(report, "treasuries", "Before %")]
    for new, old, shown in zip(
        now.y, before.y, column(report, "treasuries", "Change bp"), strict=True
    ):
        assert new is not None
        assert old is not None
        assert shown == pytest.approx(100 * (new - old))


def test_breadth_is_the_marts(report: Report, market: duckdb.DuckDBPyConnection) -> None:
    found = market.execute(
        "select date, advancers, decliners, advance_decline_line, mcclellan_oscillator"
        " from market_breadth where date between ? and ? order by date",
        [report.week.first, report.week.last],
    ).fetchall()
    titles = ("Date", "Up", "Down", "A/D line", "McClellan")
    shown = zip(*(column(report, "breadth", title) for title in titles), strict=True)
    assert list(shown) == found
    assert found
    up, down, line = figure(report, "breadth").series
    drawn = dict(zip(up.x, zip(up.y, down.y, line.y, strict=True), strict=True))
    for day, advancers, decliners, level, _ in found:
        assert drawn[day] == (advancers, -decliners, level)
    (oscillator,) = figure(report, "mcclellan").series
    assert oscillator.y[-1] == found[-1][-1]


def test_volatility_is_drawn_as_the_indicators_have_it(
    report: Report, market: duckdb.DuckDBPyConnection
) -> None:
    realised, ranged = figure(report, "volatility").series
    found = {
        symbol: values
        for symbol, *values in market.execute(
            "select symbol, last(volatility_20 order by date), last(parkinson_20 order by date)"
            " from technical_indicators where date between ? and ? group by symbol",
            [report.week.first, report.week.last],
        ).fetchall()
    }
    assert len(realised.x) >= 20
    for symbol, one, two in zip(realised.x, realised.y, ranged.y, strict=True):
        assert [one, two] == found[symbol]
    assert not {"US3M", "US10Y"} & set(realised.x)
    assert "US10Y" in column(report, "volatility", "Symbol")


@pytest.mark.parametrize(
    ("signal", "values", "up"),
    [
        ("MACD crosses up", "macd_histogram", True),
        ("MACD crosses down", "macd_histogram", False),
        ("Golden cross", "sma_50 - sma_200", True),
        ("Death cross", "sma_50 - sma_200", False),
        ("RSI rises to 70", "rsi_14 - 70", True),
        ("RSI falls to 30", "rsi_14 - 30", False),
        ("Bollinger break up", "bb_position - 1", True),
        ("Bollinger break down", "bb_position", False),
    ],
)
def test_a_signal_is_a_sign_that_turned(
    year: Report, market: duckdb.DuckDBPyConnection, signal: str, values: str, up: bool
) -> None:
    """Found here by going over each series bar by bar."""
    expected = []
    series: dict[str, list[tuple[date, float]]] = {}
    for symbol, day, value in market.execute(
        f"select symbol, date, {values} from technical_indicators order by symbol, date"
    ).fetchall():
        if value is not None:
            series.setdefault(symbol, []).append((day, value))
    # The mark itself counts as reached by an RSI, and as not yet crossed by all others.
    reached = signal.startswith("RSI")
    for symbol, points in series.items():
        for (_, before), (day, value) in pairwise(points):
            one, two = (before, value) if up else (-before, -value)
            turned = (one < 0 <= two) if reached else (one <= 0 < two)
            if turned and day >= year.week.first:
                expected.append((symbol, day))
    assert signals(year, signal) == sorted(expected)
    assert expected


def signals(report: Report, name: str) -> list[tuple[str, date]]:
    told = zip(
        column(report, "signals", "Symbol"),
        column(report, "signals", "Date"),
        column(report, "signals", "Signal"),
        strict=True,
    )
    return sorted((symbol, day) for symbol, day, signal in told if signal == name)


def test_a_squeeze_begins_where_the_width_is_the_least_of_half_a_year(
    year: Report, market: duckdb.DuckDBPyConnection
) -> None:
    expected = []
    series: dict[str, list[tuple[date, float | None]]] = {}
    for symbol, day, width in market.execute(
        "select symbol, date, bb_width from technical_indicators order by symbol, date"
    ).fetchall():
        series.setdefault(symbol, []).append((day, width))
    for symbol, points in series.items():
        was = False
        for place, (day, width) in enumerate(points):
            window = [one for _, one in points[max(0, place - 125) : place + 1] if one is not None]
            now = len(window) == 126 and width == min(window)
            if now and not was and day >= year.week.first:
                expected.append((symbol, day))
            was = now
    assert signals(year, "Bollinger squeeze") == sorted(expected)
    assert expected


def test_requests_are_counted_and_drawn_alike(
    report: Report, market: duckdb.DuckDBPyConnection
) -> None:
    found = market.execute(
        "select provider, count(*) from requests where attempt > 0"
        " and requested_at::date between ? and ? group by provider order by provider",
        [report.week.first, report.week.last],
    ).fetchall()
    asked = dict(
        zip(
            column(report, "providers", "Provider"),
            column(report, "providers", "Requests"),
            strict=True,
        )
    )
    assert asked == dict(found)
    drawn = figure(report, "requests").series
    totals = [sum(one.y[place] or 0 for one in drawn) for place in range(len(found))]
    assert totals == [count for _, count in found]
    assert sum(column(report, "outcomes", "Requests")) == sum(asked.values())


def test_the_share_of_a_budget_is_that_of_the_busiest_minute(
    market: duckdb.DuckDBPyConnection,
) -> None:
    allowed = [Allowance("binance", "public", 1000, 60), Allowance("fmp", "free", 250, 86_400)]
    report = build(market, WEEK, "sandbox", allowed)
    minutes = market.execute(
        "select count(*) from requests where provider = 'binance' and attempt > 0"
        " group by date_trunc('minute', requested_at) order by 1 desc limit 1"
    ).fetchall()
    assert column(report, "budgets", "Provider") == ["binance", "fmp"]
    assert column(report, "budgets", "Most in one")[0] == minutes[0][0]
    assert column(report, "budgets", "Share")[0] == minutes[0][0] / 1000
    assert column(report, "budgets", "Within a") == ["minute", "day"]
    assert "massive" in table(report, "budgets").note


def test_completeness_adds_up_over_the_sessions(
    report: Report, market: duckdb.DuckDBPyConnection
) -> None:
    for title in ("Expected", "Held", "Excused", "Missing"):
        found = market.execute(
            f"select coalesce(sum({title}), 0) from completeness"
            " where session_date between ? and ?",
            [report.week.first, report.week.last],
        ).fetchall()
        assert sum(column(report, "completeness", title)) == found[0][0]


def test_what_was_restated_is_told_with_old_new_source_and_run(
    market: duckdb.DuckDBPyConnection,
) -> None:
    found = table(build(market, WEEK, "sandbox"), "restatements")
    told = {row.cells[3]: (row.cells[1], row.cells[-1], row.runs, row.trace) for row in found.rows}
    assert told["close"] == (
        "MSFT", "yahoo", (2,), "tapehouse explain MSFT 2026-03-09 close",
    )  # fmt: skip
    for row in found.rows:
        old, new, change = row.cells[4:7]
        assert change == pytest.approx(100 * (float(new) / float(old) - 1))


def test_findings_are_counted_where_their_bars_lie(market: duckdb.DuckDBPyConnection) -> None:
    found = table(build(market, WEEK, "sandbox"), "findings")
    told = {row.cells[0]: row.cells[2] for row in found.rows}
    (expected,) = market.execute(
        "select count(*) from data_quality_log where rule = 'null_bar'"
        " and opened_at >= '2026-03-09' and opened_at < '2026-03-16'"
    ).fetchall()
    assert told["null_bar"] == expected[0]
    # Of no bar, yet of a file of this week.
    assert told["rejected_row"] == 1
    assert all(row.runs for row in found.rows if row.cells[0] != "missing_bar")
