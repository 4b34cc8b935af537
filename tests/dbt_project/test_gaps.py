"""The ledger of gaps on rows landed by hand: grid, breaks, sightings, states and sums."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.dbt_project.raw_rows import RawRows

TKY = 1_000_001
HOURS = (time(0), time(1), time(2), time(3, 30), time(4, 30), time(5, 30))
MISSING = time(3, 30)
RETRYING, CONFIRMED, HEALED, FAILED, ABSENT, DAMAGED, EMPTY, LAST = (
    date(2026, 3, day) for day in (2, 3, 4, 5, 6, 9, 10, 11)
)
DAYS = (RETRYING, CONFIRMED, HEALED, FAILED, ABSENT, DAMAGED, EMPTY, LAST)
HORIZON = datetime(2026, 3, 11, 2, 15)


def at(day: date, moment: time) -> datetime:
    return datetime.combine(day, moment)


class Tokyo:
    """One instrument with a lunch break, asked for its hours session by session."""

    def __init__(self, raw: RawRows) -> None:
        self.raw = raw
        raw.land("calendar_sessions", [self._session(day) for day in DAYS])
        raw.land(
            "personal_universe",
            [
                {
                    "instrument_id": TKY, "symbol": "TKY", "name": "Tokyo", "asset_class": "stock",
                    "calendar": "XTKS", "currency": "JPY", "groups": "personal",
                    "listed_on": RETRYING, "yahoo_symbol": "TKY", "known_at": datetime(2026, 1, 1),
                }
            ],
        )  # fmt: skip

    def _session(self, day: date) -> dict[str, Any]:
        return {
            "calendar": "XTKS", "session_date": day, "opens_at": at(day, time(0)),
            "closes_at": at(day, time(6, 30)), "break_starts_at": at(day, time(2, 30)),
            "break_ends_at": at(day, time(3, 30)), "is_early_close": False,
            "library_version": "4.13",
        }  # fmt: skip

    def ask(
        self,
        day: date,
        asked_at: datetime,
        run_id: int,
        hours: Sequence[time] = (),
        until: time = time(6, 30),
        empty: Sequence[time] = (),
    ) -> int:
        """One answer of one run: its bars, and rows without values."""
        window = {"window_start": at(day, time(0)), "window_end": at(day, until)}
        request = self._request(asked_at, run_id, outcome="ok" if hours else "empty", **window)
        if not hours and not empty:
            return request
        priced = {"open": 10.0, "high": 10.0, "low": 10.0, "close": 10.0, "volume": 5}
        rows = [
            {
                "request_id": request, "symbol": "TKY", "interval": "1h",
                "stamped_at": at(day, hour), "exchange_timezone": "Asia/Tokyo", "currency": "JPY",
                **(priced if hour in hours else {}),
            }
            for hour in (*hours, *empty)
        ]  # fmt: skip
        return self.raw.land("yahoo_bars", rows, asked_at, run_id)

    def fail(self, day: date, asked_at: datetime, run_id: int) -> None:
        unit = f"yahoo/bars/TKY/1h/{day:%Y%m%d}T0000-{day:%Y%m%d}T0630"
        self._request(asked_at, run_id, outcome="unavailable", work_unit=unit)

    def _request(self, asked_at: datetime, run_id: int, **columns: Any) -> int:
        return self.raw.request(
            asked_at, run_id=run_id, provider="yahoo", instrument_id=TKY, interval="1h", **columns
        )


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> RawRows:
    """A session for each fate that the bar after the break can have."""
    raw = RawRows(tmp_path_factory.mktemp("gaps"), first_accepted_at=datetime(2026, 3, 1))
    tokyo = Tokyo(raw)
    rest = [hour for hour in HOURS if hour != MISSING]
    evening = time(7)
    for run_id, day in enumerate(DAYS[:-1], start=1):
        asked_at = at(day, evening)
        match day:
            case d if d == FAILED:
                tokyo.fail(day, asked_at, run_id)
            case d if d == ABSENT:
                tokyo.ask(day, asked_at, run_id)
            case d if d == DAMAGED:
                tokyo.ask(day, asked_at, run_id)
                raw.pending[-2][1][0]["state"] = "damaged"
                raw.pending.pop()
            case d if d == EMPTY:
                tokyo.ask(day, asked_at, run_id, rest, empty=[MISSING])
            case _:
                tokyo.ask(day, asked_at, run_id, rest)
    tokyo.ask(RETRYING, at(RETRYING, evening) + timedelta(minutes=29), 11)
    tokyo.ask(CONFIRMED, at(CONFIRMED, evening) + timedelta(minutes=30), 12)
    tokyo.ask(HEALED, at(HEALED, evening) + timedelta(minutes=5), 13)
    tokyo.ask(HEALED, at(HEALED, evening) + timedelta(minutes=10), 14, [MISSING])
    tokyo.ask(ABSENT, at(ABSENT, evening) + timedelta(hours=1), 15)
    tokyo.ask(LAST, HORIZON, 16, [time(0), time(1)], until=time(2))
    raw.build("--selector", "gaps", "--indirect-selection", "cautious")
    return raw


def gaps(ledger: RawRows, day: date, columns: str) -> list[tuple[Any, ...]]:
    return ledger.rows(
        f"select {columns} from bar_gaps where symbol = 'TKY' and interval = '1h' "
        f"and session_date = '{day}' order by opened_at"
    )


def test_the_grid_begins_anew_after_the_break_and_ends_with_a_short_bar(ledger: RawRows) -> None:
    assert gaps(ledger, FAILED, "opened_at, closed_at") == [
        (at(FAILED, hour), at(FAILED, end))
        for hour, end in zip(
            HOURS, (time(1), time(2), time(2, 30), time(4, 30), time(5, 30), time(6, 30)),
            strict=True,
        )
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("day", "state", "reason", "attempts"),
    [
        (RETRYING, "retrying", "not in the answer", 2),
        (CONFIRMED, "no_trade_confirmed", "not in the answer", 2),
        (HEALED, "healed", "not in the answer", 2),
        (EMPTY, "retrying", "the provider sent an empty row", 1),
    ],
)
def test_one_missing_bar_is_listed_with_its_fate(
    ledger: RawRows, day: date, state: str, reason: str, attempts: int
) -> None:
    assert gaps(ledger, day, "opened_at, state, reason, attempts") == [
        (at(day, MISSING), state, reason, attempts)
    ]


@pytest.mark.parametrize(
    ("day", "state", "reason", "attempts"),
    [
        (FAILED, "open", "unavailable", 1),
        (ABSENT, "absent_at_provider", "not in the answer", 2),
        (DAMAGED, "open", "not asked yet", 0),
    ],
)
def test_a_session_of_which_nothing_is_held_is_listed_bar_by_bar(
    ledger: RawRows, day: date, state: str, reason: str, attempts: int
) -> None:
    found = gaps(ledger, day, "state, reason, attempts")
    assert found == [(state, reason, attempts)] * len(HOURS)


def test_a_retrying_bar_is_due_half_an_hour_after_it_was_last_seen_missing(
    ledger: RawRows,
) -> None:
    first, last = (at(RETRYING, time(7, minute)) for minute in (0, 29))
    assert gaps(ledger, RETRYING, "first_seen_at, last_seen_at, next_try_at") == [
        (first, last, last + timedelta(minutes=30))
    ]


def test_a_healed_bar_tells_when_it_came(ledger: RawRows) -> None:
    ((healed_at, last_seen_at),) = gaps(ledger, HEALED, "healed_at, last_seen_at")
    assert last_seen_at == at(HEALED, time(7, 5))
    assert healed_at - last_seen_at < timedelta(minutes=6)


def test_nothing_is_expected_that_had_not_closed_at_the_horizon(ledger: RawRows) -> None:
    assert gaps(ledger, LAST, "opened_at") == []
    assert ledger.rows(
        "select expected, held from intermediate.int_sessions_completed "
        f"where instrument_id = {TKY} and interval = '1h' and session_date = '{LAST}'"
    ) == [(2, 2)]


def test_completeness_adds_up_over_all_intervals(ledger: RawRows) -> None:
    """Days and minutes were never asked for, so they are missing; excused are only hours."""
    minutes = 150 + 180
    assert ledger.rows(
        "select session_date, held, excused, missing, expected from completeness "
        f"where instrument_id = {TKY} and session_date in ('{CONFIRMED}', '{ABSENT}') order by 1"
    ) == [
        (CONFIRMED, 5, 1, 1, 7),
        (ABSENT, 0, 6, minutes + 1, minutes + 7),
    ]


def test_only_what_is_listed_and_served_is_expected(ledger: RawRows) -> None:
    assert ledger.rows("select distinct symbol from completeness") == [("TKY",)]


def test_a_warehouse_that_was_never_loaded_has_an_empty_ledger(tmp_path: Path) -> None:
    raw = RawRows(tmp_path)
    raw.build("--selector", "gaps", "--indirect-selection", "cautious")
    assert raw.rows("select count(*) from bar_gaps") == [(0,)]
