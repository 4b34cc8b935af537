"""The work list: what coverage and calendar expect and no answer has settled, with its reason."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from extract import universe
from extract.landing import Landing
from extract.ledger import asked as history
from extract.ledger import gaps
from extract.ledger.asked import Asked, Key, Span
from extract.ledger.coverage import coverage, rules
from extract.ledger.gaps import Wanted
from extract.ledger.windows import Due, bar_at, closed_until, joined
from extract.providers import PROVIDERS, module
from extract.universe import Instrument
from extract.work import WorkItem
from warehouse import clock, market_hours
from warehouse.errors import UsageError
from warehouse.folder import DataFolder
from warehouse.market_hours import Session
from warehouse.settings import Settings

ASK_UNKNOWN_AGAIN = timedelta(days=1)


@dataclass(frozen=True)
class Choice:
    """What a person narrows a run down to; empty means everything."""

    symbols: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    intervals: tuple[str, ...] = ()
    # Nothing but the ledger's open gaps, without waiting for their next try.
    gaps_only: bool = False

    def instruments(self, every: Sequence[Instrument]) -> list[Instrument]:
        if not self.symbols:
            return list(every)
        # A recycled symbol means its present holder.
        known = {one.symbol: one for one in sorted(every, key=lambda one: one.delisted_on is None)}
        unknown = [symbol for symbol in self.symbols if symbol not in known]
        if unknown:
            raise UsageError(
                f"not in the universe: {', '.join(unknown)}",
                f"add it with `tapehouse universe add {unknown[0]}`",
            )
        return [known[symbol] for symbol in dict.fromkeys(self.symbols)]


def make(settings: Settings, landing: Landing, choice: Choice | None = None) -> list[WorkItem]:
    """Everything that is due now."""
    choice = choice or Choice()
    now = clock.now()
    planner = Planner(settings, landing, choice, now)
    return list(planner.items())


class Planner:
    """Works out one plan at one instant."""

    def __init__(self, settings: Settings, landing: Landing, choice: Choice, now: datetime) -> None:
        self.now = now
        self.today = now.date()
        self.folder: DataFolder = settings.folder
        self.choice = choice
        self.coverage = coverage()
        self.rules = rules()
        self.instruments = choice.instruments(universe.instruments(self.folder))
        self.delisted = {
            one.instrument_id for one in self.instruments if not one.is_listed(self.today)
        }
        self.served = [
            name
            for name in sorted(PROVIDERS, key=lambda name: self.rules[name].priority)
            if settings.provider(name).enabled
            and name != "file_drop"
            and (not choice.providers or name in choice.providers)
        ]
        longest = max(one.back for one in self.coverage)
        self.asked: Asked = history.read(self.folder, landing, now - longest)
        self.wanted = gaps.read(self.folder)
        self.with_files = not choice.symbols and (
            not choice.providers or "file_drop" in choice.providers
        )

    def items(self) -> Iterator[WorkItem]:
        for instrument in self.instruments:
            provider = next(
                (one for one in self.served if instrument.symbol_at(one, self.today)), None
            )
            if provider is None:
                continue
            if not self.choice.gaps_only:
                yield from self._actions(instrument, provider)
            yield from self._bars(instrument, provider)
        if self.choice.gaps_only:
            return
        yield from self._snapshots()
        if self.with_files:
            yield from self._files()

    def _bars(self, instrument: Instrument, provider: str) -> Iterator[WorkItem]:
        backs: dict[str, timedelta] = {}
        for row in self.coverage:
            if instrument.in_group(row.group):
                backs[row.interval] = max(row.back, backs.get(row.interval, row.back))
        for interval, back in backs.items():
            if self.choice.intervals and interval not in self.choice.intervals:
                continue
            key: Key = (provider, "bars", instrument.instrument_id, interval)
            if self._lately_unknown(key):
                continue
            for start, end, reason in joined(self._due(instrument, key, back)):
                for low, high in module(provider).chunks(interval, start, end, self.now):
                    yield self._item(
                        instrument, provider, "bars", reason, interval=interval, start=low, end=high
                    )

    def _due(self, instrument: Instrument, key: Key, back: timedelta) -> Iterator[Due]:
        """What is missing, not settled or wanted again, session by session."""
        interval = str(key[3])
        wanted = self.wanted[instrument.instrument_id, interval]
        since = self.now - back
        # However long the machine slept: from where the answers end.
        answered_until = self.asked.answered_until(key) or self.now
        oldest = datetime.combine(min(wanted), time()) if wanted else since
        first = min(since, answered_until, oldest - timedelta(days=1))
        sessions = market_hours.sessions(instrument.calendar, first, self.now)
        for position, session in enumerate(sessions):
            due: list[tuple[Span, str]] = []
            if session.opens_at >= since or session.closes_at >= answered_until:
                due += self._unanswered(instrument, key, session)
            again = [bar for bar in wanted.get(session.session_date, ()) if self._again(bar, key)]
            due += gaps.pieces(again, [span for span, _ in due])
            for (start, end), reason in sorted(due):
                yield Due(position, session, start, end, reason)

    def _again(self, bar: Wanted, key: Key) -> bool:
        if self.choice.gaps_only:
            return bar.reason == "gap" and bar.is_due(self.asked, key, datetime.max)
        return bar.is_due(self.asked, key, self.now)

    def _unanswered(
        self, instrument: Instrument, key: Key, session: Session
    ) -> Iterator[tuple[Span, str]]:
        """Bars nobody answered for; once the session has settled, all that has not."""
        interval = str(key[3])
        end = closed_until(session, interval, self.now)
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

    def _actions(self, instrument: Instrument, provider: str) -> Iterator[WorkItem]:
        """Splits and dividends, before the bars they explain, once a session."""
        if provider != "yahoo" or instrument.asset_class not in ("stock", "etf", "fund"):
            return
        if self.choice.intervals and "1d" not in self.choice.intervals:
            return
        key: Key = (provider, "actions", instrument.instrument_id, None)
        last = self.asked.answered_at.get(key)
        if self._lately_unknown(key) or (last and last >= self._opened(instrument.calendar)):
            return
        if last and not instrument.is_listed(last.date()):
            return
        yield self._item(instrument, provider, "actions", "new session" if last else "missing")

    def _snapshots(self) -> Iterator[WorkItem]:
        """Quotes of all Yahoo symbols in one call; trades and book of each Binance symbol."""
        listed = [one for one in self.instruments if one.instrument_id not in self.delisted]
        batch = [
            symbol
            for one in listed
            if "yahoo" in self.served
            and (symbol := one.symbol_at("yahoo", self.today))
            and self._quote_is_due(one)
        ]
        size = 50
        for first in range(0, len(batch), size):
            yield WorkItem("yahoo", "quotes", tuple(batch[first : first + size]), "snapshot")
        for instrument in listed:
            if "binance" in self.served and instrument.symbol_at("binance", self.today):
                yield self._item(instrument, "binance", "trades", "snapshot")
                yield self._item(instrument, "binance", "book_tickers", "snapshot")

    def _quote_is_due(self, instrument: Instrument) -> bool:
        """While the market is open, and once after its close."""
        if market_hours.current(instrument.calendar, self.now):
            return True
        last = self.asked.answered_at.get(("yahoo", "quotes", None, None))
        return last is None or last < self._closed(instrument.calendar)

    def _files(self) -> Iterator[WorkItem]:
        for path in module("file_drop").waiting_files(self.folder.inbox):
            # A kill between landing a file and moving it away must not land it twice.
            taken = module("file_drop").content(path) in self.asked.contents
            reason = "landed already" if taken else "dropped"
            yield WorkItem("file_drop", "file", (path.name,), reason)

    def _item(
        self,
        instrument: Instrument,
        provider: str,
        endpoint: str,
        reason: str,
        interval: str | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> WorkItem:
        return WorkItem(
            provider=provider,
            endpoint=endpoint,  # type: ignore[arg-type]
            symbols=(str(instrument.symbol_at(provider, self.today)),),
            reason=reason,
            instrument_id=instrument.instrument_id,
            interval=interval,
            start=start,
            end=end,
            exchange_timezone=market_hours.TIMEZONES[instrument.calendar],
            is_listed=instrument.is_listed(self.today),
        )

    def _lately_unknown(self, key: Key) -> bool:
        """A delisted instrument that the provider does not know any more is asked for no more."""
        at = self.asked.unknown_at.get(key)
        rest = timedelta.max if key[2] in self.delisted else ASK_UNKNOWN_AGAIN
        return at is not None and self.now - at < rest

    def _opened(self, calendar: str) -> datetime:
        return max(
            session.opens_at
            for session in market_hours.sessions(calendar, self.now - timedelta(days=12), self.now)
        )

    def _closed(self, calendar: str) -> datetime:
        return max(
            (
                session.closes_at
                for session in market_hours.sessions(
                    calendar, self.now - timedelta(days=12), self.now
                )
                if session.closes_at <= self.now
            ),
            default=datetime.min,
        )


def _listed(instrument: Instrument, session: Session) -> bool:
    day = session.session_date
    return (instrument.listed_on is None or instrument.listed_on <= day) and (
        instrument.delisted_on is None or day <= instrument.delisted_on
    )
