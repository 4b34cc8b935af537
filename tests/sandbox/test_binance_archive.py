"""The archive dialect serves the API's rows as files, when Binance would have them out."""

from __future__ import annotations

import hashlib
import io
import zipfile
from calendar import timegm
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import requests

from sandbox import Exchange

Get = Callable[..., requests.Response]
FILES = "/binance_archive/data/spot/"
API = "/binance/api/v3/"


def milliseconds(at: datetime) -> int:
    return timegm(at.timetuple()) * 1000


def lines(get: Get, path: str) -> list[list[str]]:
    """The fields of the one file in a zip whose checksum holds."""
    answer = get(FILES + path)
    assert answer.status_code == 200, answer.text
    name = path.rpartition("/")[2]
    told = get(FILES + path + ".CHECKSUM").text
    assert told == f"{hashlib.sha256(answer.content).hexdigest()}  {name}\n"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        (member,) = archive.namelist()
        assert member == name.replace(".zip", ".csv")
        return [line.split(",") for line in archive.read(member).decode().splitlines()]


def in_microseconds(row: list[Any]) -> list[str]:
    first, *rest = row
    rest[5] = rest[5] * 1000 + 999
    return [str(value) for value in (first * 1000, *rest)]


def test_a_days_klines_are_those_of_the_api(get: Get) -> None:
    start = datetime(2026, 3, 9)
    found = lines(get, "daily/klines/ETHUSDT/1m/ETHUSDT-1m-2026-03-09.zip")
    query = {"symbol": "ETHUSDT", "interval": "1m", "limit": 1000}
    rows = get(API + "klines", startTime=milliseconds(start), **query).json()
    assert len(found) == 1440
    assert found[:1000] == [in_microseconds(row) for row in rows]


@pytest.mark.parametrize(("month", "digits"), [("2024-12", 13), ("2025-01", 16)])
def test_times_are_in_microseconds_from_2025_on(get: Get, month: str, digits: int) -> None:
    found = lines(get, f"monthly/klines/BTCUSDT/15m/BTCUSDT-15m-{month}.zip")
    assert len(found) == 31 * 96
    assert {len(row[0]) for row in found} == {digits}
    step = 15 * 60 * 10 ** (digits - 10)
    assert {int(row[6]) - int(row[0]) for row in found} == {step - 1}


def test_trades_and_aggregates_are_those_of_the_api(get: Get) -> None:
    day = "2022-05-12"
    trades = lines(get, f"daily/trades/SOLUSDT/SOLUSDT-trades-{day}.zip")
    first = get(API + "historicalTrades", symbol="SOLUSDT", fromId=trades[0][0], limit=5).json()
    assert [list(map(str, one.values())) for one in first] == trades[:5]
    ids = [int(row[0]) for row in trades]
    assert ids == list(range(ids[0], ids[0] + len(ids)))
    aggregates = lines(get, f"daily/aggTrades/SOLUSDT/SOLUSDT-aggTrades-{day}.zip")
    found = get(API + "aggTrades", symbol="SOLUSDT", fromId=aggregates[0][0], limit=5).json()
    assert [list(map(str, one.values())) for one in found] == aggregates[:5]
    assert {row[6] for row in aggregates} == {"True", "False"}
    assert [aggregates[0][3], aggregates[-1][4]] == [trades[0][0], trades[-1][0]]


@pytest.mark.parametrize(
    "path",
    [
        "daily/klines/BTCUSDT/1m/BTCUSDT-1m-2026-03-11.zip",
        "monthly/klines/BTCUSDT/1m/BTCUSDT-1m-2026-03.zip",
        "daily/klines/NOPE/1m/NOPE-1m-2026-03-09.zip",
        "daily/klines/SOLUSDT/1m/SOLUSDT-1m-2019-03-09.zip",
        "daily/klines/BTCUSDT/1M/BTCUSDT-1M-2026-02-01.zip",
        "monthly/klines/BTCUSDT/1m/BTCUSDT-1m-2026-02-01.zip",
        "daily/klines/BTCUSDT/1m/BTCUSDT-5m-2026-03-09.zip",
        "daily/klines/BTCUSDT/1m/BTCUSDT-1m-2026-13-40.zip",
    ],
)
def test_what_is_not_there_is_told_as_the_store_tells_it(get: Get, path: str) -> None:
    for suffix in ("", ".CHECKSUM"):
        answer = get(FILES + path + suffix)
        assert answer.status_code == 404
        assert "<Code>NoSuchKey</Code>" in answer.text
        assert answer.headers["Content-Type"].startswith("application/xml")


def test_a_month_is_written_1mo(get: Get) -> None:
    (row,) = lines(get, "monthly/klines/BTCUSDT/1mo/BTCUSDT-1mo-2026-02.zip")
    assert row[0] == str(milliseconds(datetime(2026, 2, 1)) * 1000)


def test_files_come_out_with_time(exchange: Exchange, get: Get) -> None:
    day = FILES + "daily/klines/BTCUSDT/1h/BTCUSDT-1h-2026-02-28.zip"
    month = FILES + "monthly/klines/BTCUSDT/1h/BTCUSDT-1h-2026-02.zip"
    found = []
    for hours in (3, 4, 27, 28):
        exchange.set_clock(datetime(2026, 3, 1) + timedelta(hours=hours))
        found.append((get(day).status_code, get(month).status_code))
    assert found == [(404, 404), (200, 404), (200, 404), (200, 200)]


def test_damage_is_in_the_zip_and_its_checksum_follows_when_both_are_struck(
    exchange: Exchange, get: Get
) -> None:
    path = "daily/klines/BTCUSDT/1h/BTCUSDT-1h-2026-03-09.zip"
    whole = lines(get, path)
    exchange.add_fault({"match": {"dialect": "binance_archive"}, "do": {"text_number": {"row": 3}}})
    damaged = lines(get, path)
    assert [place for place in range(24) if whole[place] != damaged[place]] == [3]
    assert damaged[3][4] == "n/a"
