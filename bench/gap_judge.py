"""Judges a quarter of holes by the exchange's truth and journal, never by the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow as pa

from bench.quarter import INTERVALS, Bar, Quarter, slots
from sandbox.journal import JournalRecord
from sandbox.truth import Truth
from warehouse import database

SETTLES_AFTER = {"1h": timedelta(minutes=60), "1d": timedelta(minutes=1440)}
# Yahoo is asked for whole days round the window of a daily bar.
MARGIN = {"1h": timedelta(), "1d": timedelta(days=1)}
EPOCH = datetime(1970, 1, 1)

LACKING = """
select truth.symbol, truth.interval, truth.opened_at
from truth
where truth.closed_at <= ? and not exists (
    select 1 from raw.yahoo_bars as bars
    where bars.symbol = truth.symbol and bars.interval = truth.interval and bars.close is not null
    and case when truth.interval = '1d'
        then cast(bars.stamped_at as date) = cast(truth.opened_at as date)
        else bars.stamped_at = truth.opened_at end
)
"""
LISTED = "select symbol, interval, opened_at, state from bar_gaps where state <> 'healed'"
TOTALS = "select sum(expected), sum(held), sum(excused), sum(missing) from completeness"
SETTLED = ("no_trade_confirmed", "absent_at_provider")


@dataclass
class Findings:
    """What the judge saw; everything in `wrong` is a fault of ours."""

    troubles: int = 0
    found: int = 0
    healable: int = 0
    healed: int = 0
    permanent: int = 0
    settled: int = 0
    requests: int = 0
    for_final_bars: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        return not self.wrong

    def __str__(self) -> str:
        return (
            f"gaps: {self.found:,} of {self.troubles:,} holes and outages found, "
            f"{self.healed:,} of {self.healable:,} healable bars healed within two runs, "
            f"{self.settled:,} of {self.permanent:,} permanent ones settled, "
            f"{self.for_final_bars:,} of {self.requests:,} requests for final bars: "
            f"{'pass' if self.passed else f'FAIL ({len(self.wrong):,} wrong)'}"
        )


class Judge:
    """Takes in what was asked and what is listed run by run, and judges it all at the end."""

    def __init__(self, quarter: Quarter, truth: Truth) -> None:
        self.quarter = quarter
        self.ends = _ends(quarter, truth)
        self.kept_back: dict[Bar, datetime | None] = {}
        for trouble in quarter.troubles:
            for bar in trouble.bars:
                ends = (self.kept_back.get(bar, datetime.min), trouble.healed_at)
                self.kept_back[bar] = max(ends, key=lambda at: at or datetime.max)
        self.lacking: list[set[Bar]] = []
        self.final: set[Bar] = set()
        self.findings = Findings(troubles=len(quarter.troubles))

    def requests(self, records: Sequence[JournalRecord]) -> None:
        """Each must have been for a bar that was not held for good; then take in its answer."""
        for record in records:
            if "/chart/" not in record.path:
                continue
            self.findings.requests += 1
            interval, at = record.query["interval"], record.exchange_time
            start = EPOCH + timedelta(seconds=int(record.query["period1"])) + MARGIN[interval]
            end = EPOCH + timedelta(seconds=int(record.query["period2"])) - MARGIN[interval]
            asked = self._asked(record.path.rpartition("/")[2], interval, start, min(end, at))
            if all(bar in self.final for bar in asked):
                self.findings.for_final_bars += 1
                self._wrong(f"{at}: {record.path} {interval} {start} to {end} was final")
            if record.status == 200 and record.fault is None:
                self.final |= {
                    bar
                    for bar in asked
                    if self._given(bar, at) and self.ends[bar] + SETTLES_AFTER[interval] <= at
                }

    def _asked(self, symbol: str, interval: str, start: datetime, end: datetime) -> list[Bar]:
        return [
            (symbol, interval, opened)
            for session in self.quarter.sessions
            if session.closes_at > start and session.opens_at < end
            for opened, closed in slots(session, interval)
            if start <= opened and closed <= end and (symbol, interval, opened) in self.ends
        ]

    def _given(self, bar: Bar, at: datetime) -> bool:
        healed_at = self.kept_back.get(bar, datetime.min)
        return healed_at is not None and at >= healed_at

    def ledger(self, warehouse: Path, at: datetime) -> None:
        """The ledger lists just what the truth has and raw rows lack."""
        bars = list(self.ends)
        truth = pa.table(
            {
                "symbol": [symbol for symbol, _, _ in bars],
                "interval": [interval for _, interval, _ in bars],
                "opened_at": [opened for _, _, opened in bars],
                "closed_at": list(self.ends.values()),
            }
        )
        with database.connect(warehouse, read_only=True) as connection:
            connection.register("truth", truth)
            lacking = set(connection.execute(LACKING, [at]).fetchall())
            listed = {row[:3] for row in connection.execute(LISTED).fetchall()}
        for bar in sorted(lacking ^ listed):
            self._wrong(f"{at}: {bar} is {'not ' if bar in lacking else ''}listed")
        self.lacking.append(lacking)

    def end(self, warehouse: Path) -> Findings:
        self._judge_found()
        self._judge_healed()
        with database.connect(warehouse, read_only=True) as connection:
            states = [row[3] for row in connection.execute(LISTED).fetchall()]
            totals = connection.execute(TOTALS).fetchone()
        found = self.findings
        found.settled = sum(state in SETTLED for state in states)
        if found.settled != found.permanent:
            self._wrong(f"{found.settled} gaps are settled, {found.permanent} should be")
        if totals != (len(self.ends), len(self.ends) - found.permanent, found.permanent, 0):
            self._wrong(f"completeness adds up to {totals}, the truth has {len(self.ends)} bars")
        return found

    def _judge_found(self) -> None:
        """By the first run after its bars closed, or by the run whose calls failed."""
        runs = self.quarter.runs
        for trouble in self.quarter.troubles:
            at, bars = trouble.at, set(trouble.bars)
            if bars:
                at = next(at for at in runs if at >= max(self.ends[bar] for bar in bars))
            lacking = self.lacking[runs.index(at)]
            if bars <= lacking and any(trouble.symbol in ("", bar[0]) for bar in lacking):
                self.findings.found += 1
            else:
                self._wrong(f"{trouble} was not found by the run of {at}")

    def _judge_healed(self) -> None:
        """What the provider could give to two runs is held after the second."""
        runs = self.quarter.runs
        failing = [self.quarter.failing(at) for at in runs]
        away = [self.quarter.outage(at) for at in runs]
        for bar in set().union(*self.lacking):
            healed_at = self.kept_back.get(bar, datetime.min)
            if healed_at is None:
                self.findings.permanent += 1
                continue
            self.findings.healable += 1
            since = max(healed_at, self.ends[bar])
            could = [
                place
                for place, at in enumerate(runs)
                if at >= since and bar[0] not in failing[place] and not away[place]
            ]
            if bar not in self.lacking[could[:2][-1]]:
                self.findings.healed += 1
            else:
                self._wrong(f"{bar} was there from {since} on and did not heal in two runs")

    def _wrong(self, what: str) -> None:
        self.findings.wrong.append(what)


def _ends(quarter: Quarter, truth: Truth) -> dict[Bar, datetime]:
    """Every bar that the exchange's market has in the quarter, with its end."""
    first, last = quarter.sessions[0].opens_at, quarter.sessions[-1].closes_at
    ends = {
        (interval, opened): closed
        for session in quarter.sessions
        for interval in INTERVALS
        for opened, closed in slots(session, interval)
    }
    return {
        (symbol, interval, bar.opened_at): ends[interval, bar.opened_at]
        for symbol in quarter.symbols
        for interval in INTERVALS
        for bar in truth.bars(symbol, interval, first, last)
    }
