"""The fold of readings into versions against a plain loop, split days and late splits included."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.dbt_project.plain_walk import Reading, walk
from tests.dbt_project.raw_rows import RawRows, Row

FIRST = date(2024, 1, 2)
EX_DATE = date(2024, 1, 16)
SYMBOLS = ("AAPL", "AMD", "AVGO", "NVDA", "MSFT")
# From some day on the provider shows these so much higher, and no other volume.
CORRECTED = {("AAPL", date(2024, 1, 9)): 1.5, ("NVDA", date(2024, 1, 5)): 2.0}
CORRECTED_AT = datetime(2024, 1, 18)


def land_history(raw: RawRows, drawn: random.Random, with_hours: bool = False) -> None:
    """Twelve days of asking; a two-for-one split is told early, in time or late, or never was."""
    lag = {symbol: drawn.choice(["event", "prices", "none", "no split"]) for symbol in SYMBOLS}
    for number in range(12):
        asked_at = datetime(2024, 1, 12, 22) + timedelta(hours=23 * number)
        request = raw.request(asked_at, provider="yahoo")
        for symbol in SYMBOLS:
            if with_hours:
                raw.land("yahoo_bars", hours(symbol, asked_at, request, drawn), asked_at)
            if symbol == "MSFT" and number < 5:
                continue
            split = asked_at.date() >= EX_DATE and lag[symbol] != "no split"
            late = asked_at < datetime(2024, 1, 18, 12)
            if split and not (lag[symbol] == "event" and late):
                event = {
                    "request_id": request,
                    "symbol": symbol,
                    "stamped_at": datetime(2024, 1, 16, 14, 30),
                    "exchange_timezone": "America/New_York",
                    "ratio": 2.0,
                }
                raw.land("yahoo_splits", [event], asked_at)
            adjusted = split and not (lag[symbol] == "prices" and late)
            raw.land("yahoo_bars", bars(symbol, asked_at, request, adjusted, drawn), asked_at)


def bars(
    symbol: str, asked_at: datetime, request: int, adjusted: bool, drawn: random.Random
) -> list[Row]:
    rows: list[Row] = []
    for number in range(14):
        day = FIRST + timedelta(days=number)
        if day.weekday() > 4 or datetime(day.year, day.month, day.day, 22) > asked_at:
            continue
        steady = random.Random(f"{symbol}{day}")
        price, volume = 100 + 10 * steady.random(), 2 * steady.randrange(1_000_000, 2_000_000)
        if drawn.random() < 0.04 and (symbol, day) not in CORRECTED:
            price *= drawn.choice([1.01, 0.97, 1.0000015])
        if drawn.random() < 0.1:
            volume = 2 * round(volume * drawn.choice([1.002, 1.02]) / 2)
        if asked_at >= CORRECTED_AT:
            price *= CORRECTED.get((symbol, day), 1)
        divisor = 2 if adjusted and day < EX_DATE else 1
        jitter = 1 + drawn.uniform(-2e-7, 2e-7)
        rows.append(
            {
                "request_id": request,
                "symbol": symbol,
                "interval": "1d",
                "stamped_at": datetime(day.year, day.month, day.day, 14, 30),
                "exchange_timezone": "America/New_York",
                "currency": "USD",
                "open": price * jitter / divisor,
                "high": price * 1.01 * jitter / divisor,
                "low": price * 0.99 * jitter / divisor,
                "close": price * jitter / divisor,
                "volume": volume * divisor,
            }
        )
    return rows


def hours(symbol: str, asked_at: datetime, request: int, drawn: random.Random) -> list[Row]:
    """The newest session in hours, one of them missing now and then."""
    days = bars(symbol, asked_at, request, True, drawn)
    return [
        {**days[-1], "interval": "1h", "stamped_at": days[-1]["stamped_at"] + timedelta(hours=hour)}
        for hour in range(7)
        if days and drawn.random() < 0.9
    ]


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> RawRows:
    raw = RawRows(tmp_path_factory.mktemp("walked"))
    raw.land("calendar_sessions", raw.sessions("XNAS", FIRST, date(2024, 3, 1)))
    drawn = random.Random(5)
    land_history(raw, drawn)
    raw.build("--exclude", "test_type:data")
    return raw


@pytest.fixture(scope="module")
def readings(raw: RawRows) -> dict[tuple[Any, ...], list[Reading]]:
    """What the walk is about, by bar and in the order of knowledge."""
    columns = (
        "instrument_id, opened_at, closed_at, observed_at, known_seq, known_at, is_reread,"
        " split_ratio, open, high, low, close, volume, file_seq, row_number"
    )
    readings: dict[tuple[Any, ...], list[Reading]] = {}
    for row in raw.rows(
        f"select {columns} from intermediate.int_bars_judged where rule is null"
        " order by known_seq, file_seq, row_number"
    ):
        one = dict(zip(columns.replace(" ", "").split(","), row, strict=True))
        one["prices"] = tuple(float(one[name]) for name in ("open", "high", "low", "close"))
        one["volume"] = float(one["volume"])
        one["settles_at"] = one["closed_at"] + timedelta(days=1)
        readings.setdefault((one["instrument_id"], one["opened_at"]), []).append(one)
    return readings


def test_versions_equal_a_plain_loop_over_the_readings(
    raw: RawRows, readings: dict[tuple[Any, ...], list[Reading]]
) -> None:
    walked = {
        (*key, number): (
            version.values, version.volume, version.cause, version.known_seq,
            version.settled_volume, version.observation_count, version.set_aside_count,
            version.conflict[1] if version.conflict and number == len(found) else None,
        )
        for key, history in readings.items()
        if (found := walk(history))
        for number, version in enumerate(found, start=1)
    }  # fmt: skip
    built = {
        row[:3]: (
            tuple(map(float, row[3:7])), float(row[7]), row[8], row[9],
            None if row[10] is None else float(row[10]), *row[11:],
        )
        for row in raw.rows(
            "select instrument_id, opened_at, version_number, open, high, low, close, volume,"
            " cause, known_seq, settled_volume, observation_count, set_aside_count,"
            " conflict_since from bar_versions"
        )
    }  # fmt: skip
    assert built == walked
    causes = [version[2] for version in walked.values()]
    assert {"first", "restated", "rebased"} <= set(causes)
    assert sum(version[6] for version in walked.values()) > 20


def test_no_split_is_taken_for_a_restatement(raw: RawRows) -> None:
    changes = raw.rows(
        "select symbol, session_date, relative_change from restatements where field = 'close'"
    )
    assert len(changes) > 3
    assert not [
        (symbol, day, change)
        for symbol, day, change in changes
        if min(abs(change + 0.5), abs(change - 1)) < 1e-4 and (symbol, day) not in CORRECTED
    ]


def test_a_lasting_correction_by_one_ratio_is_restated_once_also_by_that_of_a_split(
    raw: RawRows,
) -> None:
    for (symbol, day), ratio in CORRECTED.items():
        changes = raw.rows(
            "select field, relative_change from restatements where abs(relative_change) > 0.1"
            f" and symbol = '{symbol}' and session_date = '{day}' order by field"
        )
        assert [field for field, _ in changes] == ["close", "high", "low", "open"]
        assert all(abs(change + 1 - ratio) < 1e-5 for _, change in changes)
    again = "group by file_seq, row_number, field having count(*) > 1"
    assert raw.rows(f"select file_seq, row_number, field from restatements {again}") == []


def test_a_row_is_in_quarantine_while_its_newest_reading_is_set_aside(
    raw: RawRows, readings: dict[tuple[Any, ...], list[Reading]]
) -> None:
    for history in readings.values():
        walk(history)
    newest = {
        (one["file_seq"], one["row_number"]): one.get("is_aside", False)
        for history in readings.values()
        for one in history
    }
    kept = raw.rows(
        "select file_seq, row_number from quarantined_rows where rule = 'basis_conflict'"
    )
    assert sorted(kept) == sorted(row for row, is_aside in newest.items() if is_aside)


def test_every_reading_is_counted_once(raw: RawRows) -> None:
    (counts,) = raw.rows(
        "select (select count(*) from quarantined_rows where rule = 'basis_conflict'),"
        " (select count(*) from intermediate.int_bars_judged where rule is null and not is_reread),"
        " (select sum(observation_count + set_aside_count) from bar_versions)"
    )
    assert counts[0] > 0
    assert counts[1] == counts[2]


def test_versions_do_not_depend_on_when_they_were_built(raw: RawRows, tmp_path: Path) -> None:
    stepwise = RawRows(tmp_path)
    stepwise.land("calendar_sessions", stepwise.sessions("XNAS", FIRST, date(2024, 3, 1)))
    whole = RawRows(tmp_path)
    land_history(stepwise, random.Random(5))
    pending, stepwise.pending = stepwise.pending, whole.pending
    cuts = [0, len(pending) // 3 // 2 * 2, len(pending) // 2 // 2 * 2, len(pending)]
    select = ("--select", "+bar_versions", "+quarantined_rows", "--exclude", "test_type:data")
    for first, last in pairwise(cuts):
        stepwise.pending = [*stepwise.pending, *pending[first:last]]
        stepwise.build(*select)
    query = "select * from bar_versions order by 1, 2, 3, 4, version_number"
    assert stepwise.rows(query) == raw.rows(query)
    query = "select * from quarantined_rows order by file_seq, row_number"
    assert stepwise.rows(query) == raw.rows(query)
