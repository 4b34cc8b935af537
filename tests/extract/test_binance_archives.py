"""Files of Binance's archive: the rows of the API, or an outcome and nothing landed."""

from __future__ import annotations

import hashlib
import io
import itertools
import zipfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from provider_runs import Landed, binance_bars, context_for, run
from scripted_server import ScriptedServer, answer

from extract import binance, fetch, plan
from extract.binance.windows import Piece, chunks, days, pieces
from extract.context import FetchContext
from extract.landing import Landing
from extract.plan import Choice
from extract.work import WorkItem
from sandbox import Exchange
from warehouse import clock
from warehouse.settings import Settings

NOW = datetime(2026, 3, 11, 15, 0)
DAYS = (datetime(2026, 3, 7), datetime(2026, 3, 10))
FEBRUARY = (datetime(2026, 2, 1), datetime(2026, 3, 1))


@pytest.fixture
def context(exchange: Exchange, tmp_path: Path) -> FetchContext:
    return with_archive(exchange, tmp_path)


def with_archive(exchange: Exchange, folder: Path, **changes: Any) -> FetchContext:
    archive_url = exchange.url + "/binance_archive"
    return context_for(folder, exchange.url + "/binance", archive_url=archive_url, **changes)


def by_api(exchange: Exchange, folder: Path, *items: WorkItem) -> Landed:
    return run(binance, items, context_for(folder, exchange.url + "/binance"))


def days_of(symbol: str = "BTCUSDT") -> WorkItem:
    return binance_bars(symbol, "1m", *DAYS)


def bars(landed: Landed) -> list[dict[str, Any]]:
    rows = landed.tables["binance_bars"]
    return [{k: v for k, v in row.items() if k != "request_id"} for row in rows]


def fault(exchange: Exchange, do: Any, path: str, **match: Any) -> None:
    exchange.add_fault({"match": {"dialect": "binance_archive", "path": path, **match}, "do": do})


def paths(exchange: Exchange) -> list[str]:
    return [record.path.rpartition("/")[2] for record in exchange.journal()]


@pytest.mark.parametrize(
    ("symbol", "interval", "start", "end"),
    [
        ("BTCUSDT", "1m", datetime(2026, 3, 6, 17, 30), datetime(2026, 3, 11, 9)),
        ("ETHUSDT", "1m", *FEBRUARY),
        ("SOLUSDT", "5m", datetime(2024, 12, 1), datetime(2025, 2, 1)),
    ],
    ids=["days and ends", "a month", "milliseconds and microseconds"],
)
def test_files_give_the_rows_that_the_api_gives(
    exchange: Exchange, tmp_path: Path, symbol: str, interval: str, start: datetime, end: datetime
) -> None:
    item = binance_bars(symbol, interval, start, end)
    landed = run(binance, [item], with_archive(exchange, tmp_path))
    fewer = len(exchange.journal())
    assert bars(landed) == bars(by_api(exchange, tmp_path, item))
    assert landed.rejected == []
    assert fewer < len(exchange.journal())
    windows = [
        (one["window_start"], one["window_end"]) for one in landed.requests if one["window_start"]
    ]
    assert windows[0][0] == start
    assert windows[-1][1] == end
    assert all(one[1] == two[0] for one, two in itertools.pairwise(windows))


def test_a_request_keeps_the_checksum_of_its_file(
    exchange: Exchange, context: FetchContext
) -> None:
    landed = run(binance, [days_of()], context)
    checksums, files = landed.requests[::2], landed.requests[1::2]
    assert all(one["url"].endswith(".zip.CHECKSUM") for one in checksums)
    assert [one["row_count"] for one in files] == [1440] * 3
    for one in files:
        name = one["url"].rpartition("/")[2]
        told = exchange.dialects["binance_archive"].answer  # the exchange's own bytes
        call = next(record for record in exchange.journal() if record.path.endswith(name))
        body = told(call).body()  # type: ignore[arg-type]
        assert one["detail"] == f"sha256 {hashlib.sha256(body).hexdigest()}"


def test_a_file_that_was_replaced_has_another_checksum_and_other_bars(
    exchange: Exchange, tmp_path: Path
) -> None:
    before = run(binance, [days_of()], with_archive(exchange, tmp_path))
    fault(exchange, {"bad_value": {"row": 7, "field": "close", "value": "1.5"}}, "2026-03-08")
    after = run(binance, [days_of()], with_archive(exchange, tmp_path))
    changed = [
        one["url"][-14:]
        for one, two in zip(before.requests, after.requests, strict=True)
        if one["detail"] != two["detail"]
    ]
    assert changed == ["2026-03-08.zip"]
    assert len([1 for one, two in zip(bars(before), bars(after), strict=True) if one != two]) == 1


@pytest.mark.parametrize(
    ("do", "path", "calls"),
    [
        ({"body": "0" * 64 + "  BTCUSDT-1m-2026-03-08.zip"}, r"08\.zip\.CHECKSUM", 5),
        ({"body": "0" * 64 + "  ETHUSDT-1m-2026-03-08.zip"}, r"08\.zip\.CHECKSUM", 4),
        ({"html": True}, r"08\.zip\.CHECKSUM", 4),
        ({"body": "nothing like a zip"}, r"08\.zip$", 5),
        ({"empty_page": True}, r"08\.zip$", 5),
    ],
    ids=["wrong checksum", "checksum of another file", "a page", "other bytes", "another file"],
)
def test_bytes_that_are_not_the_checksums_are_asked_for_once_more_and_never_landed(
    exchange: Exchange, context: FetchContext, do: Any, path: str, calls: int
) -> None:
    fault(exchange, do, path)
    landed = run(binance, [days_of()], context)
    assert landed.outcomes == ["malformed"]
    assert len(landed.requests) == calls
    assert [one["outcome"] for one in landed.requests][-2:] == ["malformed", "malformed"]
    assert {row["opened_at"].day for row in bars(landed)} == {7}


def test_a_cut_file_is_asked_for_again(exchange: Exchange, context: FetchContext) -> None:
    fault(exchange, {"cut_at": 0.5}, r"08\.zip$", nth={"first": 1})
    landed = run(binance, [days_of()], context)
    assert landed.outcomes == []
    assert len(bars(landed)) == 3 * 1440
    assert [one["outcome"] for one in landed.requests].count("unavailable") == 1


def test_what_is_not_there_yet_comes_from_the_api(
    exchange: Exchange, context: FetchContext, tmp_path: Path
) -> None:
    fault(exchange, {"status": 404, "body": "<Error><Code>NoSuchKey</Code></Error>"}, "03-08")
    landed = run(binance, [days_of()], context)
    assert landed.outcomes == []
    assert bars(landed) == bars(by_api(exchange, tmp_path, days_of()))
    missing = [one for one in landed.requests if one["status"] == 404]
    assert [one["outcome"] for one in missing] == ["empty"]
    assert missing[0]["window_start"] is None


@pytest.mark.parametrize("do", ["503", "403_firewall", "reset", "429"])
def test_an_archive_that_is_away_is_left_alone_and_the_api_asked(
    exchange: Exchange, context: FetchContext, do: str
) -> None:
    fault(exchange, do, "")
    landed = run(binance, [days_of(), days_of("ETHUSDT")], context)
    assert landed.outcomes == []
    assert len(bars(landed)) == 2 * 3 * 1440
    asked = [record for record in exchange.journal() if record.dialect == "binance_archive"]
    assert len(asked) <= 3


def test_a_refusal_of_the_region_ends_all_asking(exchange: Exchange, context: FetchContext) -> None:
    fault(exchange, "451", "")
    landed = run(binance, [days_of(), days_of("ETHUSDT")], context)
    assert landed.outcomes == ["blocked", "blocked"]
    assert len(exchange.journal()) == 1


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


def test_months_come_whole_days_as_runs_and_the_rest_in_pages() -> None:
    found = chunks("1m", datetime(2025, 12, 20, 5), NOW, NOW)
    assert found[0] == (datetime(2025, 12, 20, 5), datetime(2025, 12, 20, 21, 40))
    assert (datetime(2025, 12, 21), datetime(2026, 1, 1)) in found
    assert (datetime(2026, 1, 1), datetime(2026, 2, 1)) in found
    assert FEBRUARY in found
    assert (datetime(2026, 3, 1), datetime(2026, 3, 11)) in found
    assert found[-1] == (datetime(2026, 3, 11), NOW)
    assert all(one[1] == two[0] for one, two in itertools.pairwise(found))


@pytest.mark.parametrize("interval", ["1h", "1d"])
def test_where_a_page_holds_more_than_a_file_the_api_is_asked(interval: str) -> None:
    assert pieces(interval, *FEBRUARY, NOW) == [Piece(*FEBRUARY)]


@pytest.mark.parametrize(
    ("now", "period"),
    [
        (datetime(2026, 3, 2, 11), "daily"),
        (datetime(2026, 3, 2, 12), "monthly"),
    ],
)
def test_a_month_is_there_from_the_first_monday_after_it(now: datetime, period: str) -> None:
    assert {one.period for one in pieces("1m", *FEBRUARY, now)} == {period}


def test_a_day_is_there_on_the_next_day_and_short_windows_are_pages() -> None:
    start = datetime(2026, 3, 8)
    before, after = datetime(2026, 3, 11, 11, 59), datetime(2026, 3, 11, 12)
    assert pieces("1m", start, after, before) == [Piece(start, after)]
    assert [one.period for one in pieces("1m", start, after, after)] == ["daily"] * 3 + [None]
    assert [one.period for one in days(start, after, before)] == ["daily"] * 2 + [None]
    assert days(after, after + timedelta(hours=1), NOW) == [
        Piece(after, after + timedelta(hours=1))
    ]


def test_a_month_that_was_landed_is_planned_no_more(
    exchange: Exchange, own_settings: Settings, tmp_path: Path
) -> None:
    binance_settings = own_settings.providers.binance
    binance_settings.base_url = exchange.url + "/binance"
    binance_settings.archive_url = exchange.url + "/binance_archive"
    choice = Choice(("BTCUSDT",), ("binance",), ("1m",))
    landing = Landing(own_settings.folder)
    items = [one for one in plan.make(own_settings, landing, choice) if one.endpoint == "bars"]
    first = items[:-1]
    fetch.fetch(own_settings, landing, 1, first)
    left = [one for one in plan.make(own_settings, landing, choice) if one.endpoint == "bars"]
    assert any(name.endswith(".zip") for name in paths(exchange))
    assert left == items[-1:]
