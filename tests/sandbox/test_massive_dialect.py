"""The sandbox as Massive: aggregates of any length, pages, adjustment, keys, plans, lock-outs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import requests

from sandbox import Exchange
from warehouse import clock

Ask = Callable[..., requests.Response]
KEY = "paid-dialect"
EPOCH = datetime(1970, 1, 1)


@pytest.fixture
def ask(exchange: Exchange) -> Ask:
    def asked(path: str, key: str = KEY, **query: Any) -> requests.Response:
        address = path if path.startswith("http") else f"{exchange.url}/massive{path}"
        headers = {"Authorization": f"Bearer {key}"}
        return requests.get(address, params=query, headers=headers, timeout=10)

    return asked


@pytest.fixture
def strict() -> Iterator[Exchange]:
    """An exchange of its own, for tests that use its patience up."""
    with Exchange(now=datetime(2026, 3, 11, 15)) as exchange:
        yield exchange


def aggs(span: str, first: str, last: str, symbol: str = "AAPL") -> str:
    return f"/v2/aggs/ticker/{symbol}/range/{span}/{first}/{last}"


def stamps(answer: requests.Response) -> list[datetime]:
    return [EPOCH + timedelta(milliseconds=row["t"]) for row in answer.json().get("results", [])]


def test_days_and_minutes_are_one_market(ask: Ask) -> None:
    (day,) = ask(aggs("1/day", "2026-03-10", "2026-03-10")).json()["results"]
    rows = ask(aggs("1/minute", "2026-03-10", "2026-03-10"), limit=50000).json()["results"]
    regular = [row for row in rows if row["v"] != 100]
    assert max(row["h"] for row in regular) == day["h"]
    assert sum(row["v"] for row in regular) == day["v"]
    assert (regular[0]["o"], regular[-1]["c"]) == (day["o"], day["c"])


def test_minutes_begin_before_the_open_and_end_after_the_close(ask: Ask) -> None:
    times = stamps(ask(aggs("1/minute", "2026-03-10", "2026-03-10"), limit=50000))
    assert times[0] == datetime(2026, 3, 10, 8)
    assert times[-1] == datetime(2026, 3, 10, 23, 59)
    assert len(times) == 396


def test_hours_sit_on_the_hours_of_the_clock(ask: Ask) -> None:
    times = stamps(ask(aggs("1/hour", "2026-03-10", "2026-03-10"), limit=50000))
    assert {time.minute for time in times} == {0}
    assert datetime(2026, 3, 10, 13) in times


@pytest.mark.parametrize(
    ("span", "first"),
    [
        ("1/week", datetime(2026, 3, 8, 5)),
        ("1/month", datetime(2026, 3, 1, 5)),
        ("1/quarter", datetime(2026, 1, 1, 5)),
        ("1/year", datetime(2026, 1, 1, 5)),
    ],
)
def test_longer_ones_begin_where_their_span_does(ask: Ask, span: str, first: datetime) -> None:
    """Weeks on Sunday."""
    assert stamps(ask(aggs(span, "2026-03-09", "2026-03-10"))) == [first]


def test_adjusted_means_splits_and_is_the_default(ask: Ask) -> None:
    path = aggs("1/day", "2026-02-13", "2026-02-13", "TSM")
    (adjusted,) = ask(path).json()["results"]
    (traded,) = ask(path, adjusted="false").json()["results"]
    assert traded["c"] == pytest.approx(2 * adjusted["c"], abs=1e-4)
    assert 2 * traded["v"] == adjusted["v"]


def test_a_limit_counts_base_aggregates(ask: Ask) -> None:
    answer = ask(aggs("30/minute", "2026-03-10", "2026-03-10"), limit=120).json()
    assert answer["queryCount"] <= 120
    assert len(answer["results"]) < 10
    assert "next_url" in answer


@pytest.mark.parametrize("sort", ["asc", "desc"])
def test_pages_together_are_the_whole(ask: Ask, sort: str) -> None:
    path = aggs("15/minute", "2026-03-09", "2026-03-10", "AMD")
    whole = ask(path, limit=50000, sort=sort).json()["results"]
    answer = ask(path, limit=100, sort=sort)
    found = answer.json()["results"]
    while "next_url" in answer.json():
        assert "apiKey" not in answer.json()["next_url"]
        assert answer.json()["next_url"] in answer.headers["Link"]
        answer = ask(answer.json()["next_url"])
        found += answer.json()["results"]
    assert found == whole


def test_a_minute_without_trades_has_no_bar(ask: Ask) -> None:
    times = stamps(ask(aggs("1/minute", "2026-03-09", "2026-03-09", "AMD"), limit=50000))
    halted = [t for t in times if datetime(2026, 3, 9, 14, 30) <= t < datetime(2026, 3, 9, 15, 30)]
    assert halted == []


def test_an_unknown_ticker_has_no_results_at_all(ask: Ask) -> None:
    body = ask(aggs("1/day", "2026-03-09", "2026-03-10", "NOPE")).json()
    assert (body["resultsCount"], "results" in body, body["status"]) == (0, False, "OK")


def test_tickers_mind_their_letters(ask: Ask) -> None:
    assert ask(aggs("1/day", "2026-03-09", "2026-03-10", "brk.b")).json()["resultsCount"] == 0
    assert ask(aggs("1/day", "2026-03-09", "2026-03-10", "BRK.B")).json()["resultsCount"] == 2


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        (aggs("1/day", "2026-03-09", "2026-03-10"), {"limit": 50001}, 400),
        (aggs("1/day", "2026-03-09", "2026-03-10"), {"sort": "up"}, 400),
        (aggs("1/day", "yesterday", "2026-03-10"), {}, 400),
        (aggs("1/moon", "2026-03-09", "2026-03-10"), {}, 400),
        ("/v3/trades/AAPL", {"cursor": "%%%"}, 400),
        ("/v9/nothing", {}, 404),
    ],
)
def test_what_is_asked_wrongly_is_refused(
    ask: Ask, path: str, query: dict[str, Any], status: int
) -> None:
    assert ask(path, **query).status_code == status


def test_trades_of_a_minute_add_up_and_default_to_the_newest_first(ask: Ask) -> None:
    newest = ask("/v3/trades/AAPL", limit=5).json()["results"]
    assert [one["sip_timestamp"] for one in newest] == sorted(
        (one["sip_timestamp"] for one in newest), reverse=True
    )
    first = (datetime(2026, 3, 10, 13, 30) - EPOCH) // timedelta(microseconds=1) * 1000
    window = {"timestamp.gte": first, "timestamp.lt": first + 60_000_000_000}
    trades = ask("/v3/trades/AAPL", limit=50000, order="asc", **window).json()["results"]
    (bar,) = ask(aggs("1/minute", str(first // 10**6), str(first // 10**6))).json()["results"]
    assert sum(one["size"] for one in trades) == bar["v"]
    assert (trades[0]["price"], trades[-1]["price"]) == (bar["o"], bar["c"])


def test_dividends_and_splits_are_told_up_to_the_exchanges_day(ask: Ask) -> None:
    splits = ask("/v3/reference/splits", ticker="TSM").json()["results"]
    assert [(one["execution_date"], one["split_to"]) for one in splits] == [("2026-02-17", 2)]
    paid = ask("/v3/reference/dividends", ticker="AAPL", limit=1000, order="desc").json()["results"]
    assert paid[0]["ex_dividend_date"] == "2026-02-10"


@pytest.mark.parametrize(
    ("at", "market", "early", "late"),
    [
        (datetime(2026, 3, 11, 12), "extended-hours", True, False),
        (datetime(2026, 3, 11, 15), "open", False, False),
        (datetime(2026, 3, 11, 22), "extended-hours", False, True),
        (datetime(2026, 3, 12, 2), "closed", False, False),
        (datetime(2026, 3, 14, 15), "closed", False, False),
    ],
)
def test_the_markets_state_follows_the_clock(
    exchange: Exchange, ask: Ask, at: datetime, market: str, early: bool, late: bool
) -> None:
    exchange.set_clock(at)
    body = ask("/v1/marketstatus/now").json()
    assert (body["market"], body["earlyHours"], body["afterHours"]) == (market, early, late)


def test_a_key_goes_in_a_header_or_in_the_query(ask: Ask) -> None:
    assert ask("/v1/marketstatus/now", key="").status_code == 401
    assert ask("/v1/marketstatus/now", key="", apiKey=KEY).status_code == 200
    assert ask("/v1/marketstatus/now", key="unknown").status_code == 401


def test_a_free_key_has_whole_days_of_two_years_only(strict: Exchange) -> None:
    def status(path: str) -> int:
        query = {"apiKey": "free"}
        return requests.get(f"{strict.url}/massive{path}", params=query, timeout=10).status_code

    assert status(aggs("1/day", "2024-03-12", "2026-03-10")) == 200
    assert status(aggs("1/day", "2024-03-11", "2026-03-10")) == 403
    assert status(aggs("1/day", "2026-03-10", "2026-03-11")) == 403
    assert status("/v3/quotes/AAPL") == 403


def test_whoever_goes_on_after_refusals_is_locked_out(
    strict: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = [1000.0]
    monkeypatch.setattr(clock, "monotonic", lambda: at[0])

    def status() -> int:
        address = f"{strict.url}/massive/v1/marketstatus/now"
        return requests.get(address, params={"apiKey": "free"}, timeout=10).status_code

    assert [status() for _ in range(7)] == [200] * 5 + [429] * 2
    at[0] += 61
    assert [status() for _ in range(11)] == [200] * 5 + [429] * 6
    at[0] += 61
    assert status() == 429
    at[0] += 151
    assert status() == 200


def test_without_limits_every_key_may_do_everything() -> None:
    with Exchange(now=datetime(2026, 3, 11, 15), limits=False) as exchange:
        address = f"{exchange.url}/massive/v3/trades/AAPL"
        answers = [
            requests.get(address, params={"apiKey": "free", "limit": 1}, timeout=10)
            for _ in range(7)
        ]
    assert {answer.status_code for answer in answers} == {200}
