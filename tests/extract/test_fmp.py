"""FMP against the sandbox exchange: windows, silent cuts, silence, the curve, faults, the key."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from provider_runs import Landed, context_for, fmp_bars, run

from extract import fmp
from extract.budgets.store import seconds_now
from extract.context import FetchContext
from extract.fmp.windows import chunks
from extract.work import WorkItem
from sandbox import Exchange
from warehouse import market_hours

KEY = "CANARY-key-0123456789"
WINTER = (datetime(2026, 3, 5, 14, 30), datetime(2026, 3, 5, 21, 0))
SUMMER = (datetime(2026, 3, 10, 13, 30), datetime(2026, 3, 10, 20, 0))
# From a Monday's open in winter time to a Friday's close, and on into summer time.
WEEK = (datetime(2026, 3, 2, 14, 30), datetime(2026, 3, 6, 21, 0))
ACROSS = (datetime(2026, 3, 2, 14, 30), datetime(2026, 3, 10, 20, 0))

Asked = Callable[..., Landed]


@pytest.fixture
def context(exchange: Exchange, tmp_path: Path) -> FetchContext:
    return context_for(tmp_path, f"{exchange.url}/fmp", key=KEY)


@pytest.fixture
def asked(context: FetchContext) -> Asked:
    return lambda *items: run(fmp, items, context)


def bars(landed: Landed) -> list[dict[str, Any]]:
    return landed.tables["fmp_bars"]


def stamps(landed: Landed) -> list[datetime]:
    return [row["stamped_at"] for row in bars(landed)]


def calls(exchange: Exchange, path: str = "") -> list[dict[str, str]]:
    return [one.query for one in exchange.journal() if path in one.path]


def fault(exchange: Exchange, do: Any, path: str = "historical-", **match: Any) -> None:
    exchange.add_fault({"match": {"dialect": "fmp", "path": path, **match}, "do": do})


def test_stamps_of_new_york_are_the_instants_of_the_truth_on_both_sides_of_a_clock_change(
    exchange: Exchange, asked: Asked
) -> None:
    landed = asked(fmp_bars("AAPL", "1h", *WINTER), fmp_bars("AAPL", "1h", *SUMMER))
    truth = [
        bar.opened_at
        for window in (WINTER, SUMMER)
        for bar in exchange.truth.bars("AAPL", "1h", *window)
    ]
    assert stamps(landed) == truth
    assert [len(list(own)) for _, own in itertools.groupby(stamps(landed), datetime.date)] == [7, 7]
    assert {row["interval"] for row in bars(landed)} == {"1h"}


@pytest.mark.parametrize("interval", ["1m", "5m", "15m", "1h", "1d"])
def test_prices_and_volumes_are_the_truths(exchange: Exchange, asked: Asked, interval: str) -> None:
    landed = asked(fmp_bars("MSFT", interval, *SUMMER))
    truth = exchange.truth.bars("MSFT", interval, *SUMMER)
    names = ("open", "high", "low", "close", "volume")
    assert [[row[name] for name in names] for row in bars(landed)] == [
        [pytest.approx(float(getattr(bar, name)), abs=5e-5) for name in names] for bar in truth
    ]
    assert len(truth) > 0


def test_of_whole_days_only_the_window_lands(exchange: Exchange, asked: Asked) -> None:
    start, end = datetime(2026, 3, 10, 15), datetime(2026, 3, 10, 16)
    landed = asked(fmp_bars("AAPL", "5m", start, end))
    assert stamps(landed) == [start + timedelta(minutes=5 * n) for n in range(12)]
    assert [(one["from"], one["to"]) for one in calls(exchange)] == [("2026-03-10", "2026-03-10")]
    assert landed.requests[0]["row_count"] == 12


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


def test_the_auction_bar_and_what_trades_outside_of_hours_are_no_bars_of_the_session(
    asked: Asked,
) -> None:
    """The sandbox stamps one at 16:00:00; two sessions in one window let it in by time alone."""
    landed = asked(fmp_bars("AAPL", "15m", WINTER[0], datetime(2026, 3, 6, 21, 0)))
    assert len(stamps(landed)) == 52
    assert WINTER[1] not in stamps(landed)
    assert landed.rejected == []


def test_bars_younger_than_five_minutes_are_neither_asked_for_nor_landed(
    exchange: Exchange, asked: Asked
) -> None:
    exchange.set_clock(datetime(2026, 3, 10, 15, 4, 59))
    start, end = SUMMER[0], datetime(2026, 3, 10, 15, 4)
    assert chunks("1m", start, end, exchange.now()) == [(start, datetime(2026, 3, 10, 14, 59))]
    early = asked(fmp_bars("AAPL", "1m", start, end))
    assert stamps(early)[-1] == datetime(2026, 3, 10, 14, 58)
    assert early.requests[0]["window_end"] == datetime(2026, 3, 10, 14, 59)
    exchange.set_clock(datetime(2026, 3, 10, 18))
    late = asked(fmp_bars("AAPL", "1m", start, end))
    prices = ("stamped_at", "open", "close", "volume")
    settled = [{name: row[name] for name in prices} for row in bars(late)][: len(bars(early))]
    assert [{name: row[name] for name in prices} for row in bars(early)] == settled


@pytest.mark.parametrize(
    ("interval", "end", "now", "last"),
    [
        ("1h", SUMMER[1], datetime(2026, 3, 10, 20, 4), datetime(2026, 3, 10, 19, 30)),
        ("1h", SUMMER[1], datetime(2026, 3, 10, 20, 5), SUMMER[1]),
        ("1d", SUMMER[1], datetime(2026, 3, 10, 20, 5), SUMMER[1]),
        ("1d", SUMMER[1], datetime(2026, 3, 10, 20, 4), datetime(2026, 3, 9, 22)),
    ],
)
def test_a_window_ends_with_the_newest_bar_that_has_settled(
    interval: str, end: datetime, now: datetime, last: datetime
) -> None:
    assert chunks(interval, datetime(2026, 3, 9, 13, 30), end, now)[-1][1] == last


@pytest.mark.parametrize(
    ("interval", "days"), [("1m", 1), ("5m", 5), ("15m", 5), ("1h", 30), ("1d", 5 * 365)]
)
def test_windows_are_small_enough_hold_sessions_and_join(interval: str, days: int) -> None:
    start, end = datetime(2020, 1, 2, 14, 30), datetime(2026, 3, 10, 20)
    found = chunks(interval, start, end, datetime(2026, 3, 11))
    assert (found[0][0], found[-1][1]) == (start, end)
    assert all(one[1] == two[0] for one, two in itertools.pairwise(found))
    for low, high in found:
        sessions = list(market_hours.sessions("XNYS", low, high))
        assert sessions
        assert (sessions[-1].session_date - sessions[0].session_date).days < days
        assert all(low <= one.opens_at and one.closes_at <= high for one in sessions)


def test_nothing_to_ask_before_anything_has_settled() -> None:
    assert chunks("1m", SUMMER[0], SUMMER[0] + timedelta(minutes=2), SUMMER[0]) == []


def test_a_weekend_is_empty(exchange: Exchange, asked: Asked) -> None:
    landed = asked(fmp_bars("AAPL", "1m", datetime(2026, 3, 7), datetime(2026, 3, 9)))
    assert [one["outcome"] for one in landed.requests] == ["empty"]
    assert landed.outcomes == []
    assert len(calls(exchange)) == 1


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


@pytest.mark.parametrize("zone", ["UTC", "Europe/London"])
def test_intraday_bars_on_an_unconfirmed_clock_are_not_asked_for(
    exchange: Exchange, asked: Asked, zone: str
) -> None:
    landed = asked(fmp_bars("BTCUSD", "5m", *WEEK, zone=zone))
    assert landed.outcomes == ["out_of_range"]
    assert calls(exchange) == []


def test_a_symbol_beyond_the_plan_stops_alone(exchange: Exchange, asked: Asked) -> None:
    landed = asked(
        fmp_bars("BARC.L", "1d", *WINTER),
        fmp_bars("BARC.L", "1d", *SUMMER),
        fmp_bars("AAPL", "1d", *SUMMER),
    )
    assert landed.outcomes == ["unknown_symbol"] * 2
    assert "value set for 'symbol'" in landed.context.failures[0].detail
    assert [one["symbol"] for one in calls(exchange)] == ["BARC.L", "AAPL"]
    assert [row["symbol"] for row in bars(landed)] == ["AAPL"]


def test_an_endpoint_beyond_the_plan_stops_for_all_symbols(
    exchange: Exchange, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange.limits, "fmp_plan", "free")
    items = [fmp_bars(symbol, "5m", *SUMMER) for symbol in ("AAPL", "MSFT", "AMD", "NVDA")]
    landed = asked(*items, fmp_bars("AMD", "1d", *SUMMER))
    assert landed.outcomes == ["unauthorised"] * 4
    assert len(calls(exchange, "5min")) == 1
    assert [row["interval"] for row in bars(landed)] == ["1d"]
    assert landed.requests[0]["outcome"] == "unauthorised"


def test_a_wrong_key_ends_the_run_for_the_provider(exchange: Exchange, tmp_path: Path) -> None:
    context = context_for(tmp_path, f"{exchange.url}/fmp", key="wrong-key-1234")
    items = [fmp_bars("AAPL", "1d", *SUMMER), fmp_bars("MSFT", "1d", *SUMMER)]
    landed = run(fmp, items, context)
    assert landed.outcomes == ["unauthorised"] * 2
    assert len(calls(exchange)) == 1


def test_used_up_traffic_is_not_asked_about_again_for_a_day(
    exchange: Exchange, tmp_path: Path
) -> None:
    body = {"Error Message": "Bandwidth Limit Reach . Please upgrade your plan"}
    fault(exchange, {"status": 429, "body": body})
    url = f"{exchange.url}/fmp"
    first = run(fmp, [fmp_bars("AAPL", "1d", *SUMMER)], context_for(tmp_path, url, key=KEY))
    exchange.clear_faults()
    second = run(fmp, [fmp_bars("MSFT", "1d", *SUMMER)], context_for(tmp_path, url, key=KEY))
    assert (first.outcomes, second.outcomes) == (["throttled"], ["throttled"])
    assert len(calls(exchange)) == 1
    circuit = context_for(tmp_path, url, key=KEY).budget("fmp").ledger.circuit()
    assert circuit
    assert 82_800 < circuit.until_at - seconds_now() < 90_000


@pytest.mark.parametrize("status", [200, 429])
def test_a_reached_limit_is_waited_for_whatever_its_status(
    exchange: Exchange, asked: Asked, status: int
) -> None:
    body = {"Error Message": "Limit Reach . Please upgrade your plan or visit our documentation"}
    fault(exchange, {"status": status, "body": body}, nth={"first": 2})
    landed = asked(fmp_bars("AAPL", "1d", *SUMMER))
    assert [one["outcome"] for one in landed.requests] == ["throttled", "throttled", "ok"]


def test_the_key_is_in_no_record_log_failure_or_journal(
    exchange: Exchange, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    items = [fmp_bars("AAPL", "1d", *SUMMER), WorkItem("fmp", "quotes", ("AAPL",), "snapshot")]
    fault(exchange, {"reset": True}, "quote")
    good = run(fmp, items, context_for(tmp_path, f"{exchange.url}/fmp", key=KEY))
    away = run(fmp, items, context_for(tmp_path, "http://127.0.0.1:9", key=KEY))
    told = [good.requests, away.requests, good.context.failures, away.context.failures]
    told += [[one.as_dict() for one in exchange.journal()], caplog.text, repr(good.context)]
    assert away.outcomes == ["unavailable"] * 2
    assert KEY not in str(told)
    assert {one["apikey"] for one in calls(exchange)} == {"***"}


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        ({"text_number": {"row": 2}}, "close is not a number: 'n/a'"),
        ({"nan": {"row": 2}}, "close is not finite"),
        ({"future_ts": {"row": 2}}, "the stamp lies in the future"),
        ({"bad_value": {"row": 2, "field": "volume", "value": -5}}, "volume is negative"),
        ({"bad_value": {"row": 2, "field": "close", "value": True}}, "close is not a number"),
    ],
)
def test_a_bad_row_is_set_aside_with_its_reason_and_the_others_land(
    exchange: Exchange, asked: Asked, damage: dict[str, Any], reason: str
) -> None:
    fault(exchange, damage)
    landed = asked(fmp_bars("AAPL", "1h", *SUMMER))
    assert len(bars(landed)) == 6
    assert [row["table_name"] for row in landed.rejected] == ["fmp_bars"]
    assert landed.rejected[0]["reason"].startswith(reason)
    assert landed.requests[0]["row_count"] == 7


def test_unknown_fields_order_and_repeats_do_not_matter_and_nulls_are_landed(
    exchange: Exchange, asked: Asked
) -> None:
    whole = asked(fmp_bars("AAPL", "1h", *SUMMER))
    strange = {"extra_field": "surprise", "shuffle": True, "repeat_page": True}
    fault(exchange, {**strange, "bad_value": {"row": 1, "field": "volume", "value": None}})
    landed = asked(fmp_bars("AAPL", "1h", *SUMMER))
    assert sorted(set(stamps(landed))) == stamps(whole)
    assert len(bars(landed)) == 14
    assert stamps(landed) == sorted(stamps(landed))
    assert [row["volume"] for row in bars(landed)].count(None) == 1


@pytest.mark.parametrize("interval", ["1h", "1d"])
def test_a_missing_price_is_no_bar(exchange: Exchange, asked: Asked, interval: str) -> None:
    fault(exchange, {"drop_field": "open"})
    landed = asked(fmp_bars("AAPL", interval, *SUMMER))
    assert bars(landed) == []
    assert {row["reason"] for row in landed.rejected} == {"open is missing"}


def test_an_answer_about_another_symbol_is_refused(exchange: Exchange, asked: Asked) -> None:
    fault(exchange, {"wrong_symbol": "MSFT"})
    landed = asked(fmp_bars("AAPL", "1d", *SUMMER))
    assert landed.outcomes == ["malformed"]
    assert bars(landed) == []
