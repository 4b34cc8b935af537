"""The polite edge over real sockets, through both kinds of session."""

from __future__ import annotations

import gzip
import logging
import re
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from asking import ITEM, Asker
from machine_time import SleepyMachine
from provider_runs import context_for
from scripted_server import ScriptedServer, answer, drip, silence

from extract.edge.redaction import register_secret
from warehouse import clock, logs

CANARY = "CANARY0123456789"
GOOD = answer('{"ok": true}')


Make = Callable[..., Asker]


@pytest.fixture(params=["requests", "curl"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    def build(base: str, **changes: Any) -> Asker:
        return Asker(request.param, context_for(tmp_path, base, **changes), base)

    return build


@pytest.fixture(autouse=True)
def _forget_secrets() -> Iterator[None]:
    before = list(logs._registered)
    yield
    logs._registered[:] = before


def test_every_attempt_is_recorded_and_the_answer_comes_back(make: Make) -> None:
    with ScriptedServer(answer("", 503), answer("", 500), GOOD) as server:
        asker = make(server.url)
        assert asker.ask().json() == {"ok": True}
    records = asker.records
    assert [(one["attempt"], one["status"], one["outcome"]) for one in records] == [
        (1, 503, "unavailable"), (2, 500, "unavailable"), (3, 200, "ok"),
    ]  # fmt: skip
    assert [one["row_count"] for one in records] == [0, 0, 1]
    assert all(one["duration_ms"] is not None and one["work_unit"] for one in records)
    assert asker.context.failures == []


def test_retries_end_after_the_last_attempt(make: Make) -> None:
    with ScriptedServer(answer("", 503)) as server:
        asker = make(server.url, attempts=3)
        assert asker.ask() is None
        assert len(server.requests) == 3
    assert asker.outcomes == ["unavailable"]


def test_a_garbled_answer_is_asked_for_once_more_only(make: Make) -> None:
    with ScriptedServer(answer("<html>login</html>")) as server:
        asker = make(server.url, attempts=5)
        asker.ask()
        assert len(server.requests) == 2
    assert asker.outcomes == ["malformed"]
    assert "<html>login</html>" in asker.context.failures[0].detail


def test_a_failing_unit_does_not_stop_the_next(make: Make) -> None:
    with ScriptedServer(answer("no json"), answer("no json"), GOOD) as server:
        asker = make(server.url)
        assert asker.ask() is None
        assert asker.ask() is not None


def test_an_unexpected_error_ends_the_unit_as_malformed_without_secrets(make: Make) -> None:
    with ScriptedServer(GOOD) as server:
        asker = make(server.url)
        with asker.edge.unit(ITEM):
            asker._get("/data")
            raise KeyError(f"apikey={CANARY}")
    assert asker.outcomes == ["malformed"]
    assert CANARY not in asker.context.failures[0].detail
    assert asker.records[0]["outcome"] == "malformed"


def test_an_interrupt_passes_through(make: Make) -> None:
    with ScriptedServer(GOOD) as server:
        asker = make(server.url)
        with pytest.raises(KeyboardInterrupt), asker.edge.unit(ITEM):
            raise KeyboardInterrupt


@pytest.mark.parametrize("step", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n", silence])
def test_no_whole_answer_is_unavailable(make: Make, step: Any) -> None:
    with ScriptedServer(step, GOOD) as server:
        asker = make(server.url, timeout_seconds=0.4)
        assert asker.ask() is not None
    assert [one["outcome"] for one in asker.records] == ["unavailable", "ok"]


def test_a_refused_connection_is_unavailable(make: Make) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    asker = make(f"http://127.0.0.1:{port}", attempts=2)
    asker.ask()
    records = asker.records
    assert [(one["status"], one["outcome"]) for one in records] == [(None, "unavailable")] * 2


def test_a_body_cut_short_is_unavailable_and_tried_again(make: Make) -> None:
    cut = answer('{"ok": true, "padding": "0123456789"}')[:-12]
    with ScriptedServer(cut, GOOD) as server:
        asker = make(server.url)
        assert asker.ask() is not None
    assert [one["outcome"] for one in asker.records] == ["unavailable", "ok"]


@pytest.mark.parametrize("part", ["headers", "body"])
def test_a_dripping_answer_ends_at_the_deadline(make: Make, part: str) -> None:
    whole = answer('{"ok": true, "padding": "' + "x" * 200 + '"}')
    head = whole.index(b"\r\n\r\n")
    slow = drip(whole, 0.05) if part == "headers" else None

    def body_drips(connection: socket.socket) -> None:
        connection.sendall(whole[:head])
        drip(whole[head:], 0.05)(connection)

    with ScriptedServer(slow or body_drips) as server:
        asker = make(server.url, timeout_seconds=0.3, attempts=1)
        began = time.monotonic()
        assert asker.ask() is None
        took = time.monotonic() - began
    assert took < 3
    assert asker.outcomes == ["unavailable"]
    assert "0.3 seconds" in asker.context.failures[0].detail


def test_a_compressed_answer_is_read(make: Make) -> None:
    packed = answer(gzip.compress(b'{"ok": true}'), content_encoding="gzip")
    with ScriptedServer(packed) as server:
        asker = make(server.url)
        assert asker.ask().json() == {"ok": True}


def test_a_gzip_bomb_stops_at_the_cap_and_is_not_asked_for_again(make: Make) -> None:
    bomb = answer(gzip.compress(b" " * (8 << 20)), content_encoding="gzip")
    with ScriptedServer(bomb) as server:
        asker = make(server.url, max_body_mb=1)
        asker.ask()
        assert len(server.requests) == 1
    assert asker.outcomes == ["malformed"]
    assert "larger than 1048576 bytes" in asker.context.failures[0].detail


def test_plain_text_that_claims_to_be_gzip_is_malformed(make: Make) -> None:
    lie = answer('{"ok": true}', content_encoding="gzip")
    with ScriptedServer(lie) as server:
        asker = make(server.url)
        asker.ask()
        assert len(server.requests) == 2
    assert asker.outcomes == ["malformed"]


def test_json_of_a_million_brackets_is_malformed(make: Make) -> None:
    with ScriptedServer(answer("[" * 500_000)) as server:
        asker = make(server.url)
        asker.ask()
    assert asker.outcomes == ["malformed"]


@pytest.mark.parametrize("target", ["http://127.0.0.1:9/other", "https://example.com/x?key=1"])
def test_a_redirect_is_refused_and_never_followed(make: Make, target: str) -> None:
    with ScriptedServer(answer("", 302, location=target)) as server:
        asker = make(server.url)
        asker.ask()
        assert len(server.requests) == 1
    assert asker.outcomes == ["malformed"]
    assert asker.context.failures[0].detail.startswith("refused redirect to ")


def test_a_retry_after_is_waited_out(make: Make) -> None:
    with ScriptedServer(answer("", 429, retry_after="1"), GOOD) as server:
        asker = make(server.url)
        assert asker.ask() is not None
        assert server.times[1] - server.times[0] >= 0.99


def test_a_retry_after_beyond_the_cap_is_not_waited_for_and_opens_the_circuit(make: Make) -> None:
    with ScriptedServer(answer("", 429, retry_after="600")) as server:
        asker = make(server.url, max_wait_seconds=1)
        asker.ask()
        asker.ask()
        assert len(server.requests) == 1
    assert asker.outcomes == ["throttled", "throttled"]
    assert re.search(r"is not asked until \d{4}-.* UTC", asker.context.failures[1].detail)


@pytest.mark.parametrize("status", [403, 418])
def test_a_refusal_stops_the_provider_for_the_run(make: Make, status: int) -> None:
    with ScriptedServer(answer("", status)) as server:
        asker = make(server.url)
        asker.ask()
        asker.ask()
        assert len(server.requests) == 1
    assert asker.outcomes == ["blocked", "blocked"]
    assert asker.edge.budget.is_open
    assert "for the rest of this run" in asker.context.failures[1].detail


def test_a_ban_is_remembered_by_the_next_run(make: Make) -> None:
    with ScriptedServer(answer("", 418, retry_after="120")) as server:
        make(server.url).ask()
        later = make(server.url)
        later.ask()
        assert len(server.requests) == 1
    assert later.outcomes == ["blocked"]


def test_three_units_in_a_row_that_find_nobody_open_the_circuit(make: Make) -> None:
    with ScriptedServer(answer("", 503)) as server:
        asker = make(server.url, attempts=1)
        for _ in range(5):
            asker.ask()
        assert len(server.requests) == 3
    assert asker.outcomes == ["unavailable"] * 5


def test_one_good_unit_in_between_keeps_the_circuit_closed(make: Make) -> None:
    away = answer("", 503)
    with ScriptedServer(away, away, GOOD, away, away, GOOD) as server:
        asker = make(server.url, attempts=1)
        for _ in range(6):
            asker.ask()
        assert len(server.requests) == 6


def test_calls_keep_their_pace(make: Make) -> None:
    machine = SleepyMachine()
    clock.live_by(machine)
    with ScriptedServer(GOOD) as server:
        asker = make(server.url, pace_seconds=60)
        for _ in range(3):
            asker.ask()
    assert machine.slept == [60, 60]


def test_a_day_that_is_spent_fails_units_and_opens_no_circuit(make: Make) -> None:
    with ScriptedServer(GOOD) as server:
        asker = make(server.url, calls_per_day=1)
        for _ in range(5):
            asker.ask()
        assert len(server.requests) == 1
    assert asker.outcomes == ["throttled"] * 4
    assert not asker.edge.budget.is_open
    assert "budget spent: 1 of 1 calls today, next at " in asker.context.failures[0].detail


def test_no_secret_is_recorded_logged_or_told(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    register_secret("registered/secret")
    caplog.set_level(logging.DEBUG)
    with ScriptedServer(answer(f"bad apikey={CANARY} registered/secret", 503)) as server:
        asker = make(server.url, attempts=1)
        asker.ask(f"/data?apikey={CANARY}&symbol=X&crumb={CANARY}&other=registered%2Fsecret")
        assert CANARY in server.first_lines[0]
    record = asker.records[0]
    assert record["url"].endswith("/data?apikey=***&symbol=X&crumb=***&other=***")
    told = f"{record} {asker.context.failures}"
    assert CANARY not in told
    assert "registered" not in told
    ours = [one.getMessage() for one in caplog.records if not one.name.startswith("urllib3")]
    assert CANARY not in " ".join(ours)


def test_a_refused_connection_tells_no_secret(make: Make) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    asker = make(f"http://127.0.0.1:{port}", attempts=1)
    asker.ask(f"/data?apiKey={CANARY}")
    assert CANARY not in str(asker.context.failures) + str(asker.records)
