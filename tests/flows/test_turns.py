"""Turns: what calendars let through, what is late, what is noted, and who asks for what."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from extract.plan import Choice
from flows.claims import claimed
from flows.schedules import Ending
from flows.turns import guards, journal, taking
from flows.turns.frames import frame_of, is_overtaken
from flows.turns.guards import next_open
from flows.turns.taking import Turn, take
from flows.turns.upcoming import next_turn
from warehouse import clock, errors
from warehouse.errors import ProviderAwayError, UsageError
from warehouse.folder import DataFolder
from warehouse.market_hours import CALENDARS
from warehouse.settings import Settings

AFTERNOON = datetime(2026, 3, 11, 20, 25)
SATURDAY = datetime(2026, 3, 14, 16, 0)


@pytest.mark.parametrize(
    ("calendar", "now", "opens_at"),
    [
        ("XNYS", "2026-03-11 15:00", None),
        ("XNYS", "2026-03-11 20:15", None),
        ("XNYS", "2026-03-11 20:30", "2026-03-12 13:30"),
        ("XNYS", "2026-03-11 13:29", "2026-03-11 13:30"),
        ("XNYS", "2026-03-14 16:00", "2026-03-16 13:30"),
        ("XNYS", "2026-11-26 16:00", "2026-11-27 14:30"),
        ("XNYS", "2026-11-27 18:15", None),
        ("XNYS", "2026-11-27 18:30", "2026-11-30 14:30"),
        ("XTKS", "2026-03-11 02:35", None),
        ("XTKS", "2026-03-11 03:15", "2026-03-11 03:30"),
        ("24/7", "2026-03-14 16:00", None),
    ],
    ids=[
        "in a session",
        "the close is still to be fetched",
        "evening",
        "a minute early",
        "saturday",
        "holiday",
        "early close is still to be fetched",
        "early close is over",
        "lunch has begun",
        "lunch",
        "crypto never shuts",
    ],
)
def test_the_calendar_decides_whether_there_is_work(
    calendar: str, now: str, opens_at: str | None
) -> None:
    expected = datetime.fromisoformat(opens_at) if opens_at else None
    assert next_open(calendar, datetime.fromisoformat(now)) == expected


@pytest.mark.parametrize(
    ("now", "done", "session", "reason"),
    [
        ("2026-03-11 20:20", "2026-03-10", "2026-03-11", ""),
        ("2026-03-11 20:19", "2026-03-10", None, "2026-03-10 is done, the next one is not over"),
        ("2026-03-11 23:20", "2026-03-11", None, "is done, next open 2026-03-12 13:30 UTC"),
        ("2026-11-27 18:20", "2026-11-25", "2026-11-27", ""),
        ("2026-11-26 18:20", "2026-11-25", None, "is done, next open 2026-11-27 14:30 UTC"),
        ("2026-03-16 17:20", "2026-03-12", "2026-03-13", ""),
        ("2026-03-11 15:00", None, "2026-03-10", ""),
    ],
    ids=["due", "too early", "done", "early close", "holiday", "made up for", "the first ever"],
)  # fmt: skip
def test_a_close_is_followed_by_one_turn(
    now: str, done: str | None, session: str | None, reason: str
) -> None:
    answer = guards.after_close(
        "us", datetime.fromisoformat(now), date.fromisoformat(done) if done else None
    )
    assert answer.session_date == (date.fromisoformat(session) if session else None)
    assert answer.reason.endswith(reason) if reason else answer.has_work


@pytest.mark.parametrize(
    ("flow", "name", "slot", "now", "late"),
    [
        ("market-hours", "us", "2026-03-11 15:00", "2026-03-11 15:14", False),
        ("market-hours", "us", "2026-03-11 15:00", "2026-03-11 15:15", True),
        ("market-hours", "crypto", "2026-03-11 15:00", "2026-03-11 15:05", True),
        # The last of a day is overtaken by the next day's first, not before.
        ("after-close", "us", "2026-03-13 23:20", "2026-03-16 17:19", False),
        ("after-close", "us", "2026-03-13 23:20", "2026-03-16 17:20", True),
        ("repair", "nightly", "2026-03-11 03:40", "2026-03-12 03:00", False),
        ("somebody", "elses", "2026-03-11 15:00", "2026-03-11 15:14", False),
        ("somebody", "elses", "2026-03-11 15:00", "2026-03-11 15:15", True),
    ],
)
def test_a_run_is_late_once_a_newer_slot_of_its_schedule_has_come(
    flow: str, name: str, slot: str, now: str, late: bool
) -> None:
    frame = frame_of(flow, name)
    assert is_overtaken(frame, datetime.fromisoformat(slot), datetime.fromisoformat(now)) is late


class Work:
    """Stands for a flow's work: ends as it is told to, and counts."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, flow: str) -> None:
        self.taken = 0
        self.ending = Ending("Completed", "run 1: done")
        self.error: errors.TapehouseError | None = None
        own = taking.Flow(self, taking.FLOWS[flow].guard, taking.FLOWS[flow].of_a_market)
        monkeypatch.setitem(taking.FLOWS, flow, own)

    def __call__(self, turn: Turn) -> Ending:
        self.taken += 1
        if self.error:
            raise self.error
        return self.ending


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch, own_settings: Settings) -> Work:
    own_settings.folder.prepare("real")
    clock.use(lambda: AFTERNOON)
    return Work(monkeypatch, "after-close")


def after_close(settings: Settings, **changes: object) -> Ending:
    return take(Turn(settings, "after-close", **changes))  # type: ignore[arg-type]


def noted(settings: Settings) -> list[tuple[str, int]]:
    return [(one.outcome, one.count) for one in journal.every(settings.folder)]


def test_a_session_is_done_once_whoever_takes_the_turn(own_settings: Settings, work: Work) -> None:
    assert [after_close(own_settings).name for _ in range(4)] == ["Completed"] + ["Skipped"] * 3
    assert work.taken == 1
    # Skips in a row for one reason are one line, however many.
    assert noted(own_settings) == [("Completed", 1), ("Skipped", 3)]
    assert after_close(own_settings, force=True).name == "Completed"
    assert work.taken == 2


@pytest.mark.parametrize(
    ("ending", "turns"),
    [
        (Ending("Busy", "busy", errors.BUSY), 2),
        (Ending("FailedUnits", "no answer at all", errors.PROVIDER_AWAY), 2),
        (Ending("FailedUnits", "one unit", errors.FAILED_UNITS), 1),
        (Ending("Failed", "the build", errors.BAD_DATA), 2),
    ],
    ids=["busy", "providers away", "a unit failed", "a failed build"],
)
def test_a_turn_that_did_not_do_its_session_is_taken_again(
    own_settings: Settings, work: Work, ending: Ending, turns: int
) -> None:
    work.ending = ending
    after_close(own_settings)
    work.ending = Ending("Completed", "run 2: done")
    after_close(own_settings)
    after_close(own_settings)
    assert work.taken == turns


def test_a_turn_that_raises_is_noted_without_its_secret(
    own_settings: Settings, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FMP_API_KEY", "canary-0123456789")
    work.error = ProviderAwayError("GET /bars?apikey=canary-0123456789 gave no answer")
    with pytest.raises(ProviderAwayError):
        after_close(own_settings)
    (entry,) = journal.every(own_settings.folder)
    assert (entry.outcome, entry.exit_code) == ("Failed", errors.PROVIDER_AWAY)
    assert "canary" not in entry.message
    assert journal.last_done(own_settings.folder, "after-close", "us") is None


def test_a_turn_that_is_late_does_nothing_and_says_so(own_settings: Settings, work: Work) -> None:
    frame = frame_of("after-close", "us")
    slot = clock.system_now() - timedelta(days=10)
    ending = take(Turn(own_settings, "after-close"), slot, frame)
    assert (ending.name, work.taken) == ("Skipped", 0)
    assert ending.message.startswith("skipped: late, was due ")
    assert noted(own_settings) == [("Skipped", 1)]


def test_a_flow_that_nobody_knows_is_refused(own_settings: Settings) -> None:
    with pytest.raises(UsageError, match="no such flow: tea-time"):
        take(Turn(own_settings, "tea-time"))


def test_the_journal_stays_small_and_outlives_a_line_of_another_release(
    folder: DataFolder,
) -> None:
    for number in range(journal.KEPT + 30):
        journal.add(folder, journal.noted("repair", "all", "Completed", f"run {number}"))
    (file,) = (folder.state / "turns").glob("*.jsonl")
    file.write_text(file.read_text() + '{"flow": "repair", "moon": "full"}\nnot json\n')
    held = journal.of(folder, "repair", "all")
    assert len(held) == journal.KEPT
    assert held[-1].message == f"run {journal.KEPT + 29}"


def test_runs_that_overlap_share_the_markets_and_whoever_names_symbols_waits_for_nobody(
    folder: DataFolder,
) -> None:
    crypto = Choice(calendars=("24/7",))
    with claimed(folder, crypto, 1) as (own, left):
        assert (own, left) == (crypto, [])
        with claimed(folder, Choice(audits=True), 2) as (rest, told):
            assert rest is not None
            assert set(rest.calendars) == set(CALENDARS) - {"24/7"}
            assert rest.audits
            assert told[0].startswith("24/7 is left to process ")
            with claimed(folder, Choice(calendars=("XNYS", "XNAS")), 3) as (nothing, _):
                assert nothing is None
            with claimed(folder, Choice(("AAPL",)), 4) as (named, _):
                assert named == Choice(("AAPL",))
    with claimed(folder, Choice(), 5) as (everything, left):
        assert (everything, left) == (Choice(), [])


@pytest.mark.parametrize(
    ("name", "after", "at"),
    [
        ("market-hours/us", "2026-11-26 16:00", "2026-11-27 14:30"),
        ("market-hours/tokyo", "2026-03-11 02:50", "2026-03-11 03:30"),
        ("after-close/us", "2026-11-27 14:30", "2026-11-27 18:20"),
        ("repair/nightly", "2026-03-11 03:40", "2026-03-12 03:40"),
    ],
)
def test_what_is_next_is_what_the_calendar_lets_through(
    own_settings: Settings, name: str, after: str, at: str
) -> None:
    own_settings.folder.prepare("real")
    start = datetime.fromisoformat(after)
    done = guards.last_closed("XNYS", start - timedelta(minutes=20)).session_date
    entry = journal.noted("after-close", "us", "Completed", "done", session_date=done)
    journal.add(own_settings.folder, entry)
    frame = frame_of(*name.split("/"))
    assert frame is not None
    assert next_turn(own_settings, frame, start) == datetime.fromisoformat(at)
