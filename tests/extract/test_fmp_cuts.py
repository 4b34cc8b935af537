"""FMP's silent cuts, which are found and asked for again; its silence, which settles nothing."""

from __future__ import annotations

import itertools
from datetime import datetime
from pathlib import Path

import pytest
from fmp_asking import ACROSS, SUMMER, WEEK, Asked, asking, bars, calls, fault, stamps
from provider_runs import fmp_bars

from extract.work import WorkItem
from sandbox import Exchange


@pytest.fixture
def asked(exchange: Exchange, tmp_path: Path) -> Asked:
    return asking(exchange, tmp_path)


@pytest.mark.parametrize(("interval", "most"), [("1h", 9), ("15m", 40), ("5m", 100)])
def test_a_silently_cut_answer_is_found_and_its_older_part_halved(
    exchange: Exchange, asked: Asked, interval: str, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = asked(fmp_bars("AAPL", interval, *ACROSS))
    assert len(whole.requests) == 1
    exchange.clear_journal()
    monkeypatch.setattr(exchange.limits, "fmp_intraday_rows", most)
    cut = asked(fmp_bars("AAPL", interval, *ACROSS))
    assert sorted(stamps(cut)) == stamps(whole)
    windows = sorted((one["window_start"], one["window_end"]) for one in cut.requests)
    assert (windows[0][0], windows[-1][1]) == ACROSS
    assert all(one[1] == two[0] for one, two in itertools.pairwise(windows))
    asked_days = [(one["from"], one["to"]) for one in calls(exchange)]
    assert asked_days[0] == ("2026-03-02", "2026-03-10")
    assert 2 < len(asked_days) <= 15
    assert cut.outcomes == []
    assert "cut: begins at" in cut.requests[0]["detail"]


def test_a_session_that_spans_two_days_is_asked_for_day_by_day_when_it_is_cut(
    exchange: Exchange, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Gold trades from six in the evening; more minutes than an answer holds lie in one session."""
    session = (datetime(2026, 3, 9, 22), datetime(2026, 3, 10, 22))
    item = fmp_bars("GCUSD", "1m", *session)
    whole = asked(item)
    exchange.clear_journal()
    monkeypatch.setattr(exchange.limits, "fmp_intraday_rows", 1500)
    cut = asked(item)
    assert sorted(stamps(cut)) == stamps(whole)
    assert [(one["from"], one["to"]) for one in calls(exchange)] == [
        ("2026-03-09", "2026-03-10"),
        ("2026-03-09", "2026-03-09"),
    ]


def test_a_cut_that_never_ends_is_given_up(
    exchange: Exchange, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange.limits, "fmp_intraday_rows", 3)
    landed = asked(fmp_bars("AAPL", "1m", datetime(2025, 12, 1, 14, 30), SUMMER[1]))
    assert landed.outcomes == ["malformed"]
    assert "still cut after" in landed.context.failures[0].detail
    assert len(calls(exchange)) <= 64


@pytest.mark.parametrize("interval", ["5m", "1d"])
def test_an_empty_list_inside_trading_days_settles_nothing(
    exchange: Exchange, asked: Asked, interval: str
) -> None:
    path = "historical-chart" if interval == "5m" else "historical-price-eod"
    fault(exchange, {"empty_page": True}, path)
    landed = asked(fmp_bars("AAPL", interval, *WEEK))
    assert landed.outcomes == ["unavailable"]
    own = [one for one in landed.requests if one["endpoint"] == "bars"]
    assert [(one["outcome"], one["window_start"]) for one in own] == [("unavailable", None)]
    assert own[0]["detail"] == "nothing inside trading days"
    witnesses = [one["url"].split("/")[-1].split("?")[0] for one in landed.requests[1:]]
    assert witnesses == (["quote", "full"] if interval == "5m" else ["quote"])
    assert bars(landed) == []


def test_a_symbol_that_had_bars_in_this_run_needs_no_quote_to_be_known(
    exchange: Exchange, asked: Asked
) -> None:
    fault(exchange, {"empty_page": True}, "1min")
    landed = asked(fmp_bars("AAPL", "1d", *SUMMER), fmp_bars("AAPL", "1m", *SUMMER))
    assert landed.outcomes == ["unavailable"]
    assert calls(exchange, "quote") == []


def test_where_no_day_traded_either_an_empty_list_is_an_answer(
    exchange: Exchange, asked: Asked
) -> None:
    fault(exchange, {"empty_page": True})
    landed = asked(fmp_bars("AAPL", "1h", *WEEK))
    assert landed.outcomes == []
    own = landed.requests[0]
    assert (own["outcome"], own["window_start"], own["window_end"]) == ("empty", *WEEK)
    assert own["detail"] == "no daily bar of these days either"


def test_an_older_part_that_is_silent_after_a_cut_stays_open(
    exchange: Exchange, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange.limits, "fmp_intraday_rows", 40)
    fault(exchange, {"empty_page": True}, "15min", nth={"from": 2})
    landed = asked(fmp_bars("AAPL", "15m", *WEEK))
    assert landed.outcomes == ["unavailable"]
    assert len(bars(landed)) == landed.requests[0]["row_count"] > 0
    answered = [one for one in landed.requests if one["window_start"]]
    assert [one["window_start"] for one in answered] == [stamps(landed)[0]]


def test_a_session_just_begun_may_be_silent(exchange: Exchange, asked: Asked) -> None:
    exchange.set_clock(datetime(2026, 3, 10, 13, 50))
    fault(exchange, {"empty_page": True})
    landed = asked(fmp_bars("AAPL", "5m", SUMMER[0], datetime(2026, 3, 10, 13, 40)))
    assert [one["outcome"] for one in landed.requests] == ["empty"]


def test_days_that_begin_later_end_the_question(exchange: Exchange, asked: Asked) -> None:
    """Twitter's namesake of 2021: the ETF's history is shorter than what is asked for."""
    start = datetime(2021, 6, 1, 13, 30)
    landed = asked(fmp_bars("METV", "1d", start, SUMMER[1]))
    assert bars(landed)[0]["bar_date"].isoformat() == "2021-06-30"
    assert [one["outcome"] for one in landed.requests] == ["ok", "empty"]
    windows = sorted((one["window_start"], one["window_end"]) for one in landed.requests)
    assert (windows[0][0], windows[1][1]) == (start, SUMMER[1])
    assert windows[0][1] == windows[1][0]


def test_neither_bars_nor_a_quote_is_an_unknown_symbol_and_of_old_a_delisted_one(
    asked: Asked,
) -> None:
    gone = WorkItem("fmp", "bars", ("TWTR",), "test", 1, "1d", *WEEK, "America/New_York", False)
    landed = asked(fmp_bars("NOPE", "1d", *WEEK), gone)
    assert landed.outcomes == ["unknown_symbol", "delisted"]
