"""Massive's pages: followed at its own host only, and resumed where they broke."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from planning import Desk
from provider_runs import context_for, massive_bars, run
from scripted_server import ScriptedServer, answer

from extract import massive
from extract.context import FetchContext
from extract.massive import bars, client, reference, ticks
from extract.outcomes import Outcome
from extract.work import WorkItem
from sandbox import Exchange
from warehouse import clock
from warehouse.settings import Settings

KEY = "paid-key-of-pages"
OPEN, CLOSE = datetime(2026, 3, 10, 13, 30), datetime(2026, 3, 10, 20)
PATH = "/v2/aggs/ticker/AAPL/range/1/minute"
NOON = datetime(2026, 3, 10, 16)
ZERO = 1773158400000


@pytest.fixture
def context(exchange: Exchange, tmp_path: Path) -> FetchContext:
    return context_for(tmp_path, exchange.url + "/massive", KEY)


@pytest.fixture(autouse=True)
def _after_the_close() -> None:
    clock.use(lambda: datetime(2026, 3, 11, 15))


def minutes(hours: float = 6.5) -> WorkItem:
    return massive_bars("AAPL", "1m", OPEN, OPEN + timedelta(hours=hours))


def bar(minute: int) -> dict[str, Any]:
    return {"t": ZERO + minute * 60_000, "o": 1, "h": 1, "l": 1, "c": 1, "v": 2.5e3}


def page(*minutes_given: int, next_url: str | None = None) -> bytes:
    body: dict[str, Any] = {"ticker": "AAPL", "results": [bar(one) for one in minutes_given]}
    return answer(json.dumps(body | ({"next_url": next_url} if next_url else {})))


def noon() -> WorkItem:
    return massive_bars("AAPL", "1m", NOON, NOON + timedelta(minutes=10))


def told(number: int, host: str) -> str:
    return f"{host}{PATH}/{ZERO + number}/2026-03-10?cursor=bGltaXQ9Mg"


def test_a_page_is_as_long_as_its_base_aggregates_make_it(
    exchange: Exchange, context: FetchContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 60 minutes four quarters of an hour are made, so that many are a page's."""
    monkeypatch.setattr(bars, "MOST_BASE_BARS", 60)
    landed = run(massive, [massive_bars("AAPL", "15m", OPEN, CLOSE)], context)
    assert [one["row_count"] for one in landed.requests] == [4, 4, 4, 4, 4, 4, 2]
    rows = landed.tables["massive_bars"]
    assert [row["stamped_at"] for row in rows] == [
        OPEN + timedelta(minutes=15 * number) for number in range(26)
    ]


def test_each_page_answers_its_part_of_the_window(
    context: FetchContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bars, "MOST_BASE_BARS", 100)
    landed = run(massive, [minutes()], context)
    parts = [(one["window_start"], one["window_end"]) for one in landed.requests]
    ends = [OPEN + timedelta(minutes=100 * number) for number in (1, 2, 3)]
    assert parts == [(OPEN, ends[0]), (ends[0], ends[1]), (ends[1], ends[2]), (ends[2], CLOSE)]
    by_request = {row["request_id"] for row in landed.tables["massive_bars"]}
    assert by_request == {one["request_id"] for one in landed.requests}


def test_days_on_pages_answer_whole_days(
    context: FetchContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bars, "MOST_BASE_BARS", 2)
    window = (datetime(2026, 3, 5, 14, 30), CLOSE)
    landed = run(massive, [massive_bars("AAPL", "1d", *window)], context)
    assert len(landed.tables["massive_bars"]) == 4
    assert [(one["window_start"], one["window_end"]) for one in landed.requests] == [
        (window[0], datetime(2026, 3, 7, 5)),
        (datetime(2026, 3, 7, 5), CLOSE),
    ]


def test_no_page_carries_the_key_in_its_address(
    exchange: Exchange, context: FetchContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bars, "MOST_BASE_BARS", 100)
    run(massive, [minutes()], context)
    assert [set(one.query) for one in exchange.journal()[1:]] == [{"cursor"}] * 3
    assert all("Authorization" in one.secret_headers for one in exchange.journal())


def test_after_a_failure_between_pages_only_the_rest_is_planned_again(
    exchange: Exchange,
    own_settings: Settings,
    context: FetchContext,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bars, "MOST_BASE_BARS", 100)
    item = minutes()
    exchange.add_fault(
        {"match": {"dialect": "massive", "path": "aggs", "nth": {"from": 3}}, "do": "503"}
    )
    landed = run(massive, [item], context)
    assert landed.outcomes == ["unavailable"]
    assert len(landed.tables["massive_bars"]) == 200
    desk = Desk(own_settings)
    own_settings.give_key("massive", KEY)
    own_settings.providers.yahoo.enabled = False
    at = datetime(2026, 3, 11, 12)
    desk.answer([part_of(one) for one in landed.requests if one["window_start"]], at)
    again = [
        (one.start, one.end)
        for one in desk.bars(at, "AAPL", interval="1m")
        if one.start and one.start >= OPEN
    ]
    assert again == [(OPEN + timedelta(minutes=200), CLOSE)]


def part_of(request: dict[str, Any]) -> WorkItem:
    return massive_bars("AAPL", "1m", request["window_start"], request["window_end"])


@pytest.mark.parametrize("host", ["https://api.massive.com", "https://api.polygon.io", None])
def test_the_vendors_names_all_mean_the_host_that_is_asked(
    host: str | None, tmp_path: Path
) -> None:
    with ScriptedServer() as server:
        server.steps = [
            page(0, 1, next_url=told(2, host or server.url)),
            page(2, 3),
        ]
        landed = run(massive, [noon()], context_for(tmp_path, server.url, KEY))
    assert len(landed.tables["massive_bars"]) == 4
    assert server.first_lines[1].split()[1] == f"{PATH}/{ZERO + 2}/2026-03-10?cursor=bGltaXQ9Mg"
    assert all(f"Authorization: Bearer {KEY}" in request for request in server.requests)


@pytest.mark.parametrize(
    "next_url",
    [
        "http://127.0.0.1:9{}/1/2?cursor=a",
        "https://api.massive.com.example{}/1/2?cursor=a",
        "https://api.massive.com@example.com{}/1/2?cursor=a",
        "//example.com{}/1/2",
        "{}/1/2?cursor=a",
        "http://[::1{}",
    ],
)
def test_a_page_elsewhere_is_refused_and_the_key_stays_at_home(
    next_url: str, tmp_path: Path
) -> None:
    with ScriptedServer(page(0, 1, next_url=next_url.format(PATH))) as server:
        landed = run(massive, [noon()], context_for(tmp_path, server.url, KEY))
    assert landed.outcomes == ["malformed"]
    assert landed.requests[0]["outcome"] == Outcome.MALFORMED
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "place",
    [
        "/v2/aggs/ticker/MSFT/range/1/minute/1/2",
        "/v2/aggs/ticker/AAPL/range/1/hour/1/2",
        "/v3/trades/AAPL",
        f"{PATH}/../../../../../../v3/x",
    ],
)
def test_a_page_of_another_list_is_refused(place: str, tmp_path: Path) -> None:
    with ScriptedServer() as server:
        server.steps = [page(0, 1, next_url=f"{server.url}{place}?cursor=a")]
        landed = run(massive, [noon()], context_for(tmp_path, server.url, KEY))
    assert landed.outcomes == ["malformed"]
    assert len(server.requests) == 1


def test_a_page_that_leads_back_is_not_followed_for_ever(tmp_path: Path) -> None:
    with ScriptedServer() as server:
        server.steps = [page(0, 1, next_url=told(2, server.url))]
        landed = run(massive, [noon()], context_for(tmp_path, server.url, KEY))
    assert landed.outcomes == ["malformed"]
    assert "leads back" in landed.context.failures[0].detail
    assert len(server.requests) == 2


def test_pages_without_end_are_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "MOST_PAGES", 5)
    with ScriptedServer() as server:
        numbers = iter(range(2, 100))
        server.route = lambda path: page(0, next_url=told(next(numbers), server.url))
        landed = run(massive, [noon()], context_for(tmp_path, server.url, KEY))
    assert landed.outcomes == ["malformed"]
    assert len(server.requests) == 5


def test_a_short_or_an_empty_page_may_have_another_after_it(tmp_path: Path) -> None:
    with ScriptedServer() as server:
        server.steps = [
            page(0, next_url=told(1, server.url)),
            page(next_url=told(2, server.url)),
            answer(json.dumps({"status": "OK", "next_url": told(3, server.url)})),
            page(7, 8),
        ]
        landed = run(massive, [noon()], context_for(tmp_path, server.url, KEY))
    assert [row["stamped_at"].minute for row in landed.tables["massive_bars"]] == [0, 7, 8]
    assert [one["outcome"] for one in landed.requests] == ["ok", "empty", "empty", "ok"]
    parts = [(one["window_start"].minute, one["window_end"].minute) for one in landed.requests]
    assert parts == [(0, 1), (1, 1), (1, 1), (1, 10)]


def test_trades_and_reference_come_in_pages_too(
    exchange: Exchange, context: FetchContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    minute = (OPEN, OPEN + timedelta(minutes=1))
    item = WorkItem("massive", "trades", ("AAPL",), "asked", 1, start=minute[0], end=minute[1])
    splits = WorkItem("massive", "splits", ("AAPL",), "missing", 1)
    whole = run(massive, [item, splits], context).tables
    exchange.clear_journal()
    monkeypatch.setattr(ticks, "MOST_TICKS", 60)
    monkeypatch.setattr(reference, "MOST_REFERENCES", 3)
    paged = run(massive, [item, splits], context).tables
    for table, key in (("massive_trades", "sip_timestamp_ns"), ("massive_splits", "split_id")):
        assert [row[key] for row in paged[table]] == [row[key] for row in whole[table]]
    assert len(exchange.journal()) > 4
