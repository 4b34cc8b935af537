"""Which findings are right, which mistakes were found, and which real moves were taken for one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import duckdb

from bench.detection.world import Move, World
from sandbox.mistakes import Mistake

FINDINGS = """
select
    findings.rule, coalesce(instruments.symbol, findings.key), findings.interval,
    findings.opened_at
from data_quality_log as findings
left join instruments on findings.instrument_id = instruments.instrument_id
where findings.exception_reason is null
"""
# The baseline: a close is wrong when its return lies three deviations from the mean of all.
Z_SCORES = """
with returns as (
    select symbol, opened_at,
        ln(close / lag(close) over (partition by instrument_id order by opened_at)) as move
    from daily_bars where close > 0
),
scores as (
    select *, abs(move - avg(move) over (partition by symbol))
        / stddev_samp(move) over (partition by symbol) as z
    from returns
)
select 'z-score', symbol, '1d', opened_at from scores where z > 3
"""
# Rows that a mistake adds lie elsewhere than its bar: on the next closed day, later in the hour.
REACH = {"closed_day": timedelta(days=5), "off_grid": timedelta(hours=4)}


@dataclass(frozen=True)
class Finding:
    rule: str
    symbol: str
    interval: str | None
    opened_at: datetime | None


@dataclass
class Tally:
    """Which rules are right about each mistake, and the findings that lie on none. A mistake is
    found by what is said of its own bars, not of the day they are in."""

    mistakes: Sequence[Mistake] = ()
    right: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    found: set[int] = field(default_factory=set)
    wrong: list[Finding] = field(default_factory=list)
    crash_bars: int = 0
    crash_findings: int = 0
    news: int = 0
    news_flagged: int = 0

    @property
    def right_count(self) -> int:
        """A rule that finds one mistake in many bars is right once."""
        return sum(len(rules) for rules in self.right.values())

    @property
    def precision(self) -> float:
        return share(self.right_count, self.right_count + len(self.wrong))

    def recall(self, severity: str, rule: str | None = None) -> float:
        of = [one for one in enumerate(self.mistakes) if one[1].severity == severity]
        of = [one for one in of if rule in (None, one[1].rule)]
        return share(sum(number in self.found for number, _ in of), len(of))


def share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


class Spans:
    """Where findings about a mistake may lie: its bars and the one right after, which takes the
    move back; in the daily bar of its session where it is a mistake of an hour."""

    def __init__(self, world: World) -> None:
        days = [session.opens_at for session in world.sessions]
        hours = [
            session.opens_at + timedelta(hours=hour)
            for session in world.sessions
            for hour in range(24)
            if session.opens_at + timedelta(hours=hour) < session.closes_at
        ]
        self.openings = {"1d": days, "1h": hours}
        self.places = {
            name: {at: n for n, at in enumerate(of)} for name, of in self.openings.items()
        }
        self.end = world.sessions[-1].closes_at

    def holds(self, mistake: Mistake, finding: Finding) -> bool:
        if mistake.of.whole_answer:
            return finding.rule == mistake.rule and finding.interval == mistake.interval
        if finding.opened_at is None:
            return False
        if mistake.kind == "future_bar" and finding.opened_at > self.end:
            return finding.interval in (mistake.interval, None)
        openings = self.openings[mistake.interval]
        first = self.places[mistake.interval][mistake.opened_at]
        last = openings[min(first + mistake.bars, len(openings) - 1)]
        if finding.interval == mistake.interval:
            until = last + REACH.get(mistake.kind, timedelta())
            return mistake.opened_at <= finding.opened_at <= until
        spoiled = openings[first : first + mistake.bars]
        return finding.interval == "1d" and finding.opened_at.date() in {
            at.date() for at in spoiled
        }


def read(connection: duckdb.DuckDBPyConnection, query: str) -> list[Finding]:
    return [Finding(*row) for row in connection.execute(query).fetchall()]


def tally(
    world: World, findings: Iterable[Finding], intervals: Sequence[str] = ("1d", "1h")
) -> Tally:
    done = Tally([mistake for mistake in world.mistakes if mistake.interval in intervals])
    of_symbol: Mapping[str, list[int]] = defaultdict(list)
    for number, mistake in enumerate(done.mistakes):
        of_symbol[mistake.symbol].append(number)
    spans = Spans(world)
    for finding in findings:
        right = [
            number
            for number in of_symbol[finding.symbol]
            if spans.holds(done.mistakes[number], finding)
        ]
        whole = [number for number in right if done.mistakes[number].of.whole_answer]
        right = whole or right
        for number in right:
            done.right[number].add(finding.rule)
            if finding.interval == done.mistakes[number].interval:
                done.found.add(number)
        if not right:
            done.wrong.append(finding)
    judge_moves(world, done)
    return done


def judge_moves(world: World, done: Tally) -> None:
    """A real move counts as flagged by a wrong finding on its day or the session after."""
    wrong = defaultdict(set)
    for finding in done.wrong:
        if finding.opened_at:
            wrong[finding.opened_at.date()].add(finding.symbol)
    for move, days in _days(world):
        flagged = {symbol for day in days for symbol in wrong[day]}
        if move.symbol == "*":
            done.crash_bars += len(world.listings)
            done.crash_findings += len(flagged)
        else:
            done.news += 1
            done.news_flagged += move.symbol in flagged


def _days(world: World) -> Iterator[tuple[Move, list[date]]]:
    dates = [session.session_date for session in world.sessions]
    for move in world.moves:
        place = dates.index(move.session_date)
        yield move, dates[place : place + 2]
