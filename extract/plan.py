"""The work list: what coverage and calendar expect and no answer has settled, with its reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from extract import universe
from extract.landing import Landing
from extract.ledger import asked as history
from extract.ledger import gaps
from extract.ledger.asked import Asked, Key, Span
from extract.ledger.coverage import Coverage, coverage, rules
from extract.ledger.gaps import Wanted
from extract.ledger.sources import Sources
from extract.ledger.spreading import spread
from extract.ledger.view import View
from extract.ledger.windows import INTERVALS, Due, bar_at, closed_until, joined
from extract.providers import module
from extract.universe import Instrument
from extract.work import WorkItem
from warehouse import clock, market_hours
from warehouse.errors import UsageError
from warehouse.folder import DataFolder
from warehouse.market_hours import Session
from warehouse.settings import Settings

CHECK = "check"
EVER = datetime.min
# Endpoints whose answers tell how the bars of the same group are to be read.
EXPLAINS_BARS = frozenset({"actions", "splits", "dividends"})


@dataclass(frozen=True)
class Serving:
    """One provider's part in holding one interval of an instrument, and how far back."""

    provider: str
    interval: str
    back: timedelta
    purpose: str

    @property
    def checks(self) -> bool:
        return self.purpose == CHECK


@dataclass(frozen=True)
class Choice:
    """What a person narrows a run down to; empty means everything."""

    symbols: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    intervals: tuple[str, ...] = ()
    # Nothing but the ledger's open gaps, without waiting for their next try.
    gaps_only: bool = False

    def __post_init__(self) -> None:
        unknown = [one for one in self.intervals if one not in INTERVALS]
        if unknown:
            raise UsageError(
                f"no such interval: {', '.join(unknown)}",
                f"intervals are {', '.join(INTERVALS)}; 1m is a minute, and a month is none",
            )

    def instruments(self, every: Sequence[Instrument]) -> list[Instrument]:
        if not self.symbols:
            return list(every)
        # A recycled symbol means its present holder.
        known = {one.symbol: one for one in sorted(every, key=lambda one: one.delisted_on is None)}
        unknown = [symbol for symbol in self.symbols if symbol not in known]
        if unknown:
            meant = [one.symbol for one in every if unknown[0] in one.spellings()]
            raise UsageError(
                f"not in the universe: {', '.join(unknown)}",
                f"{unknown[0]} is followed as {meant[0]}"
                if meant
                else f"add it with `tapehouse universe add {unknown[0]}`",
            )
        return [known[symbol] for symbol in dict.fromkeys(self.symbols)]


def make(settings: Settings, landing: Landing, choice: Choice | None = None) -> list[WorkItem]:
    """Everything that is due now."""
    choice = choice or Choice()
    now = clock.now()
    planner = Planner(settings, landing, choice, now)
    return spread(list(planner.items()), planner)


class Planner:
    """Works out one plan at one instant."""

    def __init__(self, settings: Settings, landing: Landing, choice: Choice, now: datetime) -> None:
        self.settings = settings
        self.now = now
        self.today = now.date()
        self.folder: DataFolder = settings.folder
        self.choice = choice
        self.coverage = coverage()
        self.rules = rules()
        self.sources = Sources(settings, choice.providers)
        self.instruments = choice.instruments(universe.instruments(self.folder))
        self.asked: Asked = history.read(self.folder, landing, self.asked_since())
        self.wanted = gaps.read(self.folder)

    def asked_since(self) -> datetime:
        """From when on it matters what was asked."""
        return self.now - max(one.back for one in self.coverage)

    def items(self) -> Iterator[WorkItem]:
        """Instrument by instrument, what explains its bars before them; then what is for all."""
        serving = [self._serving(one) for one in self.instruments]
        views = {name: self._view(name, serving) for name in self.sources.able}
        before: dict[tuple[str, int], list[WorkItem]] = defaultdict(list)
        after: list[WorkItem] = []
        if not self.choice.gaps_only:
            for name, view in views.items():
                for item in module(name).due(view):
                    if item.instrument_id and item.endpoint in EXPLAINS_BARS:
                        before[name, item.instrument_id].append(item)
                    else:
                        after.append(item)
        for instrument, served in zip(self.instruments, serving, strict=True):
            for one in served:
                # A provider may serve several intervals; its actions come once, ahead of them.
                yield from before.pop((one.provider, instrument.instrument_id), ())
                yield from self._bars(instrument, one, views[one.provider])
        for items in before.values():
            yield from items
        yield from after
        if not self.choice.gaps_only and not self.choice.symbols and self.sources.with_files:
            yield from self._files()

    def _serving(self, instrument: Instrument) -> list[Serving]:
        """The longest coverage of each interval goes to one provider; checks go to all others."""
        rows = [row for row in self.coverage if instrument.in_group(row.group)]
        found: list[Serving] = []
        for interval in dict.fromkeys(row.interval for row in rows):
            if self.choice.intervals and interval not in self.choice.intervals:
                continue
            held = [row for row in rows if row.interval == interval and row.purpose != CHECK]
            checked = [row for row in rows if row.interval == interval and row.purpose == CHECK]
            first: list[str] = []
            if held:
                row = max(held, key=lambda row: row.back)
                first = self._chain(instrument, row)[:1]
                found += [Serving(name, interval, row.back, row.purpose) for name in first]
            if checked:
                back = max(row.back for row in checked)
                others = self.sources.chain(instrument, interval, CHECK, self.today)
                found += [
                    Serving(name, interval, back, CHECK) for name in others if name not in first
                ]
        return found

    def _chain(self, instrument: Instrument, row: Coverage) -> list[str]:
        return self.sources.chain(instrument, row.interval, row.purpose, self.today)

    def _view(self, provider: str, serving: Sequence[Sequence[Serving]]) -> View:
        pairs = list(zip(self.instruments, serving, strict=True))
        return View(
            provider,
            self.now,
            self.asked,
            tuple(one for one, _ in pairs if one.symbol_at(provider, self.today)),
            _led(pairs, provider, "live", "history"),
            _led(pairs, provider, "live"),
            _led(pairs, provider, "live", "history", CHECK),
            self.choice.intervals,
            self.settings.provider(provider).trades_days,
        )

    def _bars(self, instrument: Instrument, serving: Serving, view: View) -> Iterator[WorkItem]:
        interval = serving.interval
        if view.lately_unknown(instrument, "bars", interval):
            return
        for start, end, reason in joined(self._due(instrument, serving)):
            for low, high in module(serving.provider).chunks(interval, start, end, self.now):
                yield view.item(instrument, "bars", reason, interval, low, high)

    def _due(self, instrument: Instrument, serving: Serving) -> Iterator[Due]:
        """What is missing, not settled or wanted again, session by session."""
        interval = serving.interval
        key: Key = (serving.provider, "bars", instrument.instrument_id, interval)
        wanted = gaps.concerning(
            self.wanted[instrument.instrument_id, interval], serving.provider, serving.checks
        )
        earliest, until = self._allowed(serving.provider)
        since = max(self.now - serving.back, earliest)
        # However long the machine slept: from where the answers end.
        answered_until = self.asked.answered_until(key) or self.now
        oldest = datetime.combine(min(wanted), time()) if wanted else since
        first = min(since, answered_until, oldest - timedelta(days=1))
        sessions = market_hours.sessions(instrument.calendar, first, self.now)
        for position, session in enumerate(sessions):
            due: list[tuple[Span, str]] = []
            if session.opens_at >= since or session.closes_at >= answered_until:
                due += self._unanswered(instrument, key, session, until)
            again = [
                bar
                for bar in wanted.get(session.session_date, ())
                if earliest <= bar.opened_at and bar.closed_at <= until and self._again(bar, key)
            ]
            due += gaps.pieces(again, [span for span, _ in due])
            for (start, end), reason in sorted(due):
                yield Due(position, session, start, end, reason)

    def _allowed(self, provider: str) -> Span:
        """Between which instants the plan behind the key has bars: none too old, none too new."""
        plan = self.settings.provider(provider)
        earliest = self.now - timedelta(days=plan.history_days) if plan.history_days else EVER
        return earliest, self.now - timedelta(minutes=plan.delay_minutes)

    def _may(self, provider: str, item: WorkItem) -> bool:
        earliest, until = self._allowed(provider)
        return earliest <= (item.start or earliest) and (item.end or until) <= until

    def _again(self, bar: Wanted, key: Key) -> bool:
        if self.choice.gaps_only:
            return bar.reason == "gap" and bar.is_due(self.asked, key, datetime.max)
        return bar.is_due(self.asked, key, self.now)

    def _unanswered(
        self, instrument: Instrument, key: Key, session: Session, until: datetime
    ) -> Iterator[tuple[Span, str]]:
        """Bars nobody answered for; once the session has settled, all that has not."""
        interval = str(key[3])
        end = closed_until(session, interval, until)
        if self.choice.gaps_only or end <= session.opens_at or not _listed(instrument, session):
            return
        holes = self.asked.uncovered(key, session.opens_at, end)
        whole = holes == [(session.opens_at, end)]
        reason = "missing" if whole else "new bars" if holes else "settle"
        settle = self.rules[key[0]].settle(interval)
        if self.now >= session.closes_at + settle:
            unsettled = self.asked.uncovered(key, session.opens_at, end, settle)
            if unsettled:
                holes = [(bar_at(session, interval, unsettled[0][0]), unsettled[-1][1])]
        yield from ((hole, reason) for hole in holes)

    def _files(self) -> Iterator[WorkItem]:
        for path in module("file_drop").waiting_files(self.folder.inbox):
            # A kill between landing a file and moving it away must not land it twice.
            taken = module("file_drop").content(path) in self.asked.contents
            reason = "landed already" if taken else "dropped"
            yield WorkItem("file_drop", "file", (path.name,), reason)


def _led(
    pairs: Sequence[tuple[Instrument, Sequence[Serving]]], provider: str, *purposes: str
) -> frozenset[int]:
    """The instruments of which the provider is the first to serve an interval so."""
    return frozenset(
        one.instrument_id
        for one, served in pairs
        if any(part.provider == provider and part.purpose in purposes for part in served)
    )


def _listed(instrument: Instrument, session: Session) -> bool:
    day = session.session_date
    return (instrument.listed_on is None or instrument.listed_on <= day) and (
        instrument.delisted_on is None or day <= instrument.delisted_on
    )
