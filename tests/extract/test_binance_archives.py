"""Files of Binance's archive: the rows of the API, or an outcome and nothing landed."""

from __future__ import annotations

import hashlib
import itertools
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from archive_asking import FEBRUARY, bars, days_of, fault, with_archive
from provider_runs import Landed, binance_bars, context_for, run

from extract import binance
from extract.context import FetchContext
from extract.work import WorkItem
from sandbox import Exchange


@pytest.fixture
def context(exchange: Exchange, tmp_path: Path) -> FetchContext:
    return with_archive(exchange, tmp_path)


def by_api(exchange: Exchange, folder: Path, *items: WorkItem) -> Landed:
    return run(binance, items, context_for(folder, exchange.url + "/binance"))


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
