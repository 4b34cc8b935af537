"""Rules about the published copy: what is stale, incomplete, restated or of doubtful quality."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import groupby

from flows.alerts.findings import LISTED, Finding, View, listed
from warehouse import market_hours

MINUTES = {"1m": 1, "5m": 5, "15m": 15, "1h": 60}
LOOK_BACK = timedelta(days=15)
# What closes last is asked for after the close.
AFTER_CLOSE = timedelta(hours=1)

NEWEST = """
select instruments.calendar, bar_versions.interval, instruments.symbol,
    max(bar_versions.closed_at) as closed_at
from bar_versions
inner join instruments on bar_versions.instrument_id = instruments.instrument_id
where instruments.is_followed and instruments.delisted_on is null
    and bar_versions.closed_at <= $now
group by instruments.calendar, bar_versions.interval, instruments.symbol
order by instruments.calendar, bar_versions.interval, closed_at, instruments.symbol
"""
MISSING = """
select instruments.calendar, completeness.session_date, completeness.symbol,
    completeness.expected, completeness.missing
from completeness
inner join instruments on completeness.instrument_id = instruments.instrument_id
where completeness.session_date >= cast($since as date)
order by instruments.calendar, completeness.session_date, completeness.missing desc,
    completeness.symbol
"""
NEWLY_RESTATED = """
select provider, symbol, interval, opened_at, field, old_value, new_value
from restatements
where was_final and known_seq > $seen
    and (relative_change is null or abs(relative_change) > $change)
order by provider, known_seq, symbol, interval, opened_at, field
"""

# What was restated has a rule of its own.
GRAVE = """
select rule, key, detail, count(*) over (partition by rule) as found
from data_quality_log
where severity = 'alert' and exception_reason is null and rule <> 'final_bar_restated'
qualify row_number() over (
    partition by rule order by opened_at desc nulls last, key
) <= $listed
order by rule, opened_at desc nulls last, key
"""


def stale(view: View) -> list[Finding]:
    """Counted in minutes that the venue was open: a holiday makes nothing stale."""
    rule = view.settings.alerts.rules.stale
    newest = view.market.execute(NEWEST, {"now": view.now}).fetchall()
    found = []
    for (calendar, interval), rows in groupby(newest, key=lambda row: (row[0], row[1])):
        if interval not in rule.intervals:
            continue
        held = [(symbol, closed_at) for _, _, symbol, closed_at in rows]
        late = [
            (symbol, closed_at, minutes)
            for symbol, closed_at in held
            if (minutes := minutes_late(calendar, interval, closed_at, view.now)) > rule.minutes
        ]
        if not late or len(late) < rule.share * len(held):
            continue
        least = min(minutes for _, _, minutes in late)
        subject = f"{calendar} {interval}"
        title = f"{subject} is stale by {least:,.0f} minutes of open market"
        lines = [f"{len(late)} of {len(held)} instruments, oldest first"]
        lines += [f"{symbol}: newest bar closed {at:%Y-%m-%d %H:%M} UTC" for symbol, at, _ in late]
        found.append(Finding("stale", subject, rule.level, title, listed(lines)))
    return found


@lru_cache(maxsize=4096)
def minutes_late(calendar: str, interval: str, closed_at: datetime, now: datetime) -> float:
    """Minutes of open market since the bar after this one should have been there."""
    if interval != "1d":
        passed = market_hours.open_time(calendar, closed_at, now)
        return max(0.0, passed.total_seconds() / 60 - MINUTES[interval])
    for session in market_hours.sessions(calendar, closed_at, now):
        if session.opens_at >= closed_at:
            due_at = min(session.closes_at, now)
            return market_hours.open_time(calendar, due_at, now).total_seconds() / 60
    return 0.0


def incomplete(view: View) -> list[Finding]:
    """Of each calendar the newest session that is over; what is excused is not missed."""
    rule = view.settings.alerts.rules.incomplete
    rows = view.market.execute(MISSING, {"since": view.now - LOOK_BACK}).fetchall()
    found = []
    for calendar, of_calendar in groupby(rows, key=lambda row: str(row[0])):
        over = _newest_over(calendar, view.now)
        here = [row for row in of_calendar if row[1] == over]
        expected = sum(row[3] for row in here)
        missing = sum(row[4] for row in here)
        if not expected or 1 - missing / expected >= rule.share:
            continue
        title = (
            f"{calendar} {over}: {missing:,} of {expected:,} expected bars are missing "
            f"({100 * (1 - missing / expected):.1f} % are there)"
        )
        lines = [f"{row[2]}: {row[4]:,} of {row[3]:,}" for row in here if row[4]]
        subject, mark = calendar, str(over)
        found.append(Finding("incomplete", subject, rule.level, title, listed(lines), mark))
    return found


def _newest_over(calendar: str, now: datetime) -> object:
    over = [
        session.session_date
        for session in market_hours.sessions(calendar, now - LOOK_BACK, now)
        if session.closes_at + AFTER_CLOSE <= now
    ]
    return over[-1] if over else None


def restated(view: View) -> list[Finding]:
    """Each is told once; what was restated before alerts were first judged is not."""
    rule = view.settings.alerts.rules.restated
    ((newest,),) = view.market.execute("select max(known_seq) from restatements").fetchall()
    seen = view.marks.get("restated")
    view.marks["restated"] = max(newest or 0, seen or 0)
    if seen is None:
        return []
    rows = view.market.execute(NEWLY_RESTATED, {"seen": seen, "change": rule.change}).fetchall()
    return list(_by_provider(rows, view))


def _by_provider(rows: list[tuple[object, ...]], view: View) -> Iterator[Finding]:
    level = view.settings.alerts.rules.restated.level
    for provider, of_provider in groupby(rows, key=lambda row: str(row[0])):
        told = list(of_provider)
        bars = {row[1:4] for row in told}
        title = f"{provider} restated {len(bars):,} final bar{'s' * (len(bars) > 1)}"
        lines = [
            f"{symbol} {interval} {opened_at:%Y-%m-%d %H:%M}: {field} {old} to {new}"
            for _, symbol, interval, opened_at, field, old, new in told
        ]
        yield Finding("restated", provider, level, title, listed(lines), is_event=True)


def quality(view: View) -> list[Finding]:
    """What quality rules call an alert; told again when there is more of it, or less."""
    level = view.settings.alerts.rules.quality.level
    rows = view.market.execute(GRAVE, {"listed": LISTED}).fetchall()
    found = []
    for rule, of_rule in groupby(rows, key=lambda row: str(row[0])):
        told = list(of_rule)
        count = int(told[0][3])
        title = f"{rule} found {count:,} thing{'s' * (count != 1)} (`tapehouse quality`)"
        lines = tuple(f"{key}: {detail}" for _, key, detail, _ in told)
        found.append(Finding("quality", rule, level, title, lines, str(count)))
    return found
