"""Alpha Vantage's refusals, told by their words alone, and its key, which answers repeat."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from alpha_vantage_answers import KEY, context, daily, figures, played, window
from provider_runs import run
from scripted_server import ScriptedServer, answer

from extract import alpha_vantage
from extract.budgets.store import seconds_now
from sandbox.alpha_vantage import words
from warehouse import clock


@pytest.fixture(autouse=True)
def _after_all_of_it() -> None:
    clock.use(lambda: datetime(2026, 3, 20, 12))


@pytest.mark.parametrize(
    ("said", "outcome", "calls"),
    [
        (words.TOO_SOON, "throttled", 2),
        (words.day_is_used_up(KEY), "throttled", 1),
        (words.PREMIUM_ENDPOINT, "out_of_range", 1),
        (words.PREMIUM_OUTPUTSIZE, "out_of_range", 1),
        (words.DEMO_KEY, "unauthorised", 1),
        (words.MISSING_KEY, "unauthorised", 1),
        (words.invalid("TIME_SERIES_DAILY"), "unknown_symbol", 1),
        ({"Note": "Our standard API call frequency is 5 calls per minute and 500 calls per day."},
         "throttled", 1),
        ({"Information": "Something nobody has seen before."}, "malformed", 1),
        ({}, "unknown_symbol", 1),
        ({"Meta Data": {}}, "malformed", 1),
        ([1, 2], "malformed", 2),
        ("<html>Will be right back</html>", "unavailable", 2),
    ],
)  # fmt: skip
def test_an_answer_without_its_data_is_told_by_its_words(
    said: Any, outcome: str, calls: int, tmp_path: Path
) -> None:
    item = window(date(2026, 3, 2), date(2026, 3, 6))
    landed = played(tmp_path, [item], said, attempts=2)
    assert landed.outcomes == [outcome]
    assert len(landed.requests) == calls
    assert not any(landed.tables.values())
    assert landed.requests[-1]["status"] == 200


def test_the_refusal_of_a_burst_is_told_from_that_of_the_day_and_waited_out(tmp_path: Path) -> None:
    assert "25 requests per day" in words.TOO_SOON["Information"]
    item = window(date(2026, 3, 2), date(2026, 3, 2))
    good = daily({"2026-03-02": figures()})
    texts = [answer(json.dumps(one)) for one in (words.TOO_SOON, good)]
    with ScriptedServer(*texts) as server:
        landed = run(alpha_vantage, [item], context(tmp_path, server.url))
        assert server.times[1] - server.times[0] > 1
    assert landed.outcomes == []
    assert [one["outcome"] for one in landed.requests] == ["throttled", "ok"]


def test_a_used_up_day_stops_this_run_and_the_next_ones_until_tomorrow(tmp_path: Path) -> None:
    items = [window(date(2026, 3, 2), date(2026, 3, 2), symbol) for symbol in ("IBM", "MSFT")]
    spent = words.day_is_used_up(KEY)
    with ScriptedServer(answer(json.dumps(spent))) as server:
        landed = run(alpha_vantage, items, context(tmp_path, server.url))
        again = run(alpha_vantage, items[:1], context(tmp_path, server.url))
        circuit = context(tmp_path, server.url).budget("alpha_vantage").ledger.circuit()
    assert landed.outcomes == ["throttled", "throttled"]
    assert len(landed.requests) == 1
    assert again.requests == []
    assert circuit
    assert 82_800 < circuit.until_at - seconds_now() <= 86_400


def test_the_key_shows_nowhere_though_the_address_holds_it_and_answers_repeat_it(
    tmp_path: Path,
) -> None:
    items = [window(date(2026, 3, 2), date(2026, 3, 3), symbol) for symbol in ("IBM", "MSFT")]
    echoing = daily({"2026-03-02": figures() | {"4. close": KEY}, "2026-03-03": figures()})
    unknown = {"Information": f"We do not like the API key as {KEY}, nor {KEY} at all."}
    landed = played(tmp_path, items, echoing, unknown)
    assert landed.outcomes == ["malformed"]
    assert len(landed.rejected) == 1
    told = repr((landed.requests, landed.rejected, landed.context.failures, landed.tables))
    assert KEY not in told
    assert "apikey=***" in landed.requests[0]["url"]
    nobody = run(alpha_vantage, items, context(tmp_path, "http://127.0.0.1:9", attempts=1))
    assert nobody.outcomes == ["unavailable", "unavailable"]
    spent = played(tmp_path, items[:1], words.day_is_used_up(KEY))
    for one in (nobody, spent):
        assert KEY not in repr((one.requests, one.context.failures))
    assert all(
        KEY.encode() not in file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()
    )


def test_a_key_that_is_no_longer_ours_is_masked_by_where_it_stands(tmp_path: Path) -> None:
    item = window(date(2026, 3, 2), date(2026, 3, 2))
    landed = played(tmp_path, [item], words.day_is_used_up("ANOTHERKEY000001"))
    assert "ANOTHERKEY000001" not in repr((landed.requests, landed.context.failures))
    assert "25 requests per day" in landed.context.failures[0].detail


def test_without_a_key_nothing_is_asked(tmp_path: Path) -> None:
    item = window(date(2026, 3, 2), date(2026, 3, 2))
    with ScriptedServer(answer("{}")) as server:
        landed = run(alpha_vantage, [item], context(tmp_path, server.url, key=None))
        assert server.requests == []
    assert landed.outcomes == ["unauthorised"]
    assert "ALPHA_VANTAGE_API_KEY" in landed.context.failures[0].detail


@pytest.mark.parametrize(
    "meta", [{"2. Symbol": "MSFT"}, {"2. Symbol": "IBM", "4. Interval": "60min"}]
)
def test_an_answer_about_something_else_is_not_believed(
    meta: dict[str, str], tmp_path: Path
) -> None:
    item = window(date(2026, 3, 2), date(2026, 3, 2), interval="5m")
    wrong = {"Meta Data": meta, "Time Series (5min)": {"2026-03-02 09:30:00": figures()}}
    landed = played(tmp_path, [item], wrong, plan="premium")
    assert landed.outcomes == ["malformed"]
    assert not any(landed.tables.values())
