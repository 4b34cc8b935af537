"""A zip of Binance's archive is opened with care, and its bad lines are set aside."""

from __future__ import annotations

import hashlib
import io
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from archive_asking import NOW, bars, days_of, fault, with_archive
from provider_runs import context_for, run
from scripted_server import ScriptedServer, answer

from extract import binance
from extract.context import FetchContext
from sandbox import Exchange
from warehouse import clock


@pytest.fixture
def context(exchange: Exchange, tmp_path: Path) -> FetchContext:
    return with_archive(exchange, tmp_path)


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        ({"text_number": {}}, "close is not a number: 'n/a'"),
        ({"off_grid": {}}, "the open or close time is off the grid"),
        ({"bad_value": {"field": "high", "value": "99999999999"}}, "high is too large"),
        ({"bad_value": {"field": "low", "value": "0.123456789"}}, "low has more than 8 decimals"),
        ({"bad_value": {"field": "volume", "value": ""}}, "volume is not a number"),
        ({"bad_value": {"field": "trades", "value": "1.5"}}, "trade count is not a whole number"),
        ({"bad_value": {"field": "trades", "value": "1,2"}}, "not a line of 12 fields"),
        ({"future_ts": {}}, "the open or close time is off the grid"),
    ],
)
def test_a_bad_line_is_set_aside_and_the_others_are_landed(
    exchange: Exchange, context: FetchContext, damage: dict[str, Any], reason: str
) -> None:
    fault(exchange, damage, "2026-03-08")
    landed = run(binance, [days_of()], context)
    (rejected,) = landed.rejected
    assert rejected["reason"].startswith(reason)
    assert rejected["payload"].startswith('["17')
    assert len(bars(landed)) == 3 * 1440 - 1
    told = [one["row_count"] for one in landed.requests if one["row_count"]]
    assert told == [1440] * 3


def test_a_line_that_stands_twice_is_landed_once(exchange: Exchange, context: FetchContext) -> None:
    fault(exchange, {"repeat_page": True}, "2026-03-08")
    landed = run(binance, [days_of()], context)
    assert len(bars(landed)) == 3 * 1440
    assert {row["reason"] for row in landed.rejected} == {"the bar stands in the file twice"}
    assert len(landed.rejected) == 1440


def packed(**members: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return held.getvalue()


BASE = "BTCUSDT-1m-2026-03-07"
LINE = b"1772841600000000,1.1,1.2,1.0,1.1,5,1772841659999999,5.5,3,2,2.2,0\n"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (packed(**{f"{BASE}.csv": b"0" * 2_000_000}), "unpacks to more than"),
        (packed(**{"../../evil.csv": LINE}), "holds ../../evil.csv"),
        (packed(**{f"{BASE}.csv": LINE, "more.csv": LINE}), "more.csv"),
        (packed(), "holds nothing"),
        (packed(**{f"{BASE}.csv": LINE})[:-30], "cannot be read"),
        (b"PK\x03\x04 nonsense", "cannot be read"),
    ],
    ids=["bomb", "a path", "two files", "none", "cut before its checksum", "no zip"],
)
def test_a_zip_is_opened_with_care(tmp_path: Path, content: bytes, told: str) -> None:
    landed = run(binance, [days_of()], served(tmp_path, content))
    assert landed.outcomes == ["malformed"]
    assert told in landed.context.failures[0].detail
    assert bars(landed) == []


def test_a_line_of_names_and_bars_that_are_missing_change_nothing(tmp_path: Path) -> None:
    content = packed(**{f"{BASE}.csv": b"open_time,open,high\n" + LINE})
    landed = run(binance, [days_of()], served(tmp_path, content))
    assert [row["opened_at"] for row in bars(landed)] == [datetime(2026, 3, 7)]
    assert landed.rejected == []
    assert bars(landed)[0]["closed_at"] == datetime(2026, 3, 7, 0, 0, 59, 999000)


def test_a_bar_of_another_day_is_set_aside(tmp_path: Path) -> None:
    other = LINE.replace(b"17728416", b"17729280")
    landed = run(binance, [days_of()], served(tmp_path, packed(**{f"{BASE}.csv": LINE + other})))
    assert len(bars(landed)) == 1
    (rejected,) = landed.rejected
    assert rejected["reason"] == "the open time is outside of the file's days"


_SERVERS: list[ScriptedServer] = []


def served(folder: Path, content: bytes) -> FetchContext:
    """The first day's file holds this; the others are not there, nor has the API any bar."""
    digest = hashlib.sha256(content).hexdigest()

    def route(path: str) -> bytes:
        if path.endswith(f"{BASE}.zip"):
            return answer(content)
        if path.endswith(f"{BASE}.zip.CHECKSUM"):
            return answer(f"{digest}  {BASE}.zip\n")
        return answer("[]") if "/api/" in path else answer("<Error/>", 404)

    server = ScriptedServer(route=route).__enter__()
    _SERVERS.append(server)
    clock.use(lambda: NOW)
    return context_for(folder, server.url, archive_url=server.url)


@pytest.fixture(autouse=True)
def _no_server_is_left() -> Any:
    yield
    clock.use(None)
    while _SERVERS:
        _SERVERS.pop().__exit__(None, None, None)
