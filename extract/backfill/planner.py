"""The work list of a span: each session goes to the first provider that reaches it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby

from extract import universe
from extract.backfill.asking import Asking
from extract.backfill.spans import LeftOut, Planned, enumerated, key_of, left_out_lines
from extract.landing import Landing
from extract.ledger.asked import BACKFILL, Key, Span
from extract.ledger.sources import Sources
from extract.ledger.view import View
from extract.ledger.windows import Due, closed_until, joined
from extract.plan import EXPLAINS_BARS, Choice, Planner, Serving
from extract.providers import canonical, module
from extract.universe import Instrument
from extract.work import WorkItem
from warehouse import clock, market_hours
from warehouse.errors import ConfigurationError, UsageError
from warehouse.market_hours import Session
from warehouse.settings import Settings

SETTLE = "settle"
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Chain:
    """Who may be asked for an instrument, who lacks a key, and who lately did not know it."""

    able: list[str]
    keyless: list[str]
    unknown: list[str]


def make(settings: Settings, landing: Landing, asking: Asking) -> Planned:
    """What is to be asked now; what is landed already is in no unit."""
    planner = SpanPlanner(settings, landing, asking, clock.now())
    planned = planner.planned()
    if not planned.items and not planned.landed and planned.left_out:
        raise _nobody(planned)
    return planned


class SpanPlanner(Planner):
    """Sees the same answers as every plan, over the sessions of a span instead of coverage."""

    def __init__(self, settings: Settings, landing: Landing, asking: Asking, now: datetime) -> None:
        self.asking = asking
        super().__init__(settings, landing, Choice(providers=asking.sources), now)
        self.instruments = asking.instruments(universe.instruments(self.folder))
        self.usual = Sources(settings)
        self.found = Planned(asking.interval)

    def asked_since(self) -> datetime:
        return datetime.combine(self.asking.start, time()) - DAY

    def planned(self) -> Planned:
        """Instrument by instrument, what explains its bars before them."""
        self._say_who_is_not_asked()
        clipped: list[str] = []
        due = {one.instrument_id: self._due_of(one, clipped) for one in self.instruments}
        if clipped:
            self.found.notes.append(f"asked for while it was listed: {enumerated(clipped)}")
        serving = [
            [
                Serving(name, self.asking.interval, timedelta(), "history")
                for name in due[one.instrument_id]
            ]
            for one in self.instruments
        ]
        views = {
            name: self._view(name, serving)
            for name in sorted({name for names in due.values() for name in names})
        }
        explaining: dict[tuple[str, int], list[WorkItem]] = defaultdict(list)
        for name, view in views.items():
            for item in module(name).due(view):
                if item.instrument_id and item.endpoint in EXPLAINS_BARS:
                    explaining[name, item.instrument_id].append(item)
        for one in self.instruments:
            for name, sessions in due[one.instrument_id].items():
                self.found.items += explaining[name, one.instrument_id]
                for start, end, reason in joined(sessions):
                    for low, high in module(name).chunks(
                        self.asking.interval, start, end, self.now
                    ):
                        self.found.items.append(
                            views[name].item(one, "bars", reason, self.asking.interval, low, high)
                        )
        return self.found

    def _say_who_is_not_asked(self) -> None:
        for name in dict.fromkeys(canonical(source) for source in self.asking.sources):
            if not self.settings.provider(name).enabled:
                raise UsageError(
                    f"{name} is switched off", f"set providers.{name}.enabled = true to ask it"
                )
            if name in self.sources.keyless:
                self.found.notes.append(
                    f"{name} is not asked: it needs {key_of(name)}; "
                    "what needs no key is asked instead"
                )

    def _chain_of(self, instrument: Instrument) -> Chain:
        """Who may be asked, in order; a named provider without its key is stood in for."""
        asking = instrument, self.asking.interval, "history", self.today
        names = self.sources.line(*asking)
        if self.sources.keyless or not self.asking.sources:
            names = [*names, *self.usual.line(*asking)]
        names = list(dict.fromkeys(names))
        able = [name for name in names if name in self.usual.able]
        unknown = [name for name in able if self._unknown(instrument, name)]
        return Chain(
            [name for name in able if name not in unknown],
            [name for name in names if name in self.usual.keyless],
            unknown,
        )

    def _unknown(self, instrument: Instrument, provider: str) -> bool:
        view = View(provider, self.now, self.asked)
        return view.lately_unknown(instrument, "bars", self.asking.interval)

    def _due_of(self, instrument: Instrument, clipped: list[str]) -> dict[str, list[Due]]:
        """By provider, in the order of time, what nobody who may be asked has answered."""
        chain = self._chain_of(instrument)
        found: dict[str, list[Due]] = defaultdict(list)
        left_out: list[tuple[date, tuple[str, ...]]] = []
        for position, session in enumerate(self._sessions(instrument, clipped)):
            reaching = self._reaching(instrument, chain.able, session)
            ready = [name for name in reaching if self._closed(session, name) > session.opens_at]
            if self._closed(session) <= session.opens_at or (reaching and not ready):
                continue
            self.found.sessions += 1
            provider = next(iter(ready), None)
            parts = list(self._parts(instrument, chain, provider, session))
            if not parts:
                self.found.landed += 1
            elif provider is None:
                left_out.append((session.session_date, self._keys(instrument, chain, session)))
            else:
                found[provider] += [
                    Due(position, session, start, end, reason) for (start, end), reason in parts
                ]
        for keys, days in groupby(left_out, key=lambda one: one[1]):
            dates = [day for day, _ in days]
            self.found.left_out.append(
                LeftOut(
                    instrument.symbol,
                    dates[0],
                    dates[-1],
                    len(dates),
                    keys,
                    self._instead(instrument, chain),
                )
            )
        return found

    def _sessions(self, instrument: Instrument, clipped: list[str]) -> Iterator[Session]:
        """Sessions of the span in which the instrument was listed."""
        first, last = self.asking.start, self.asking.end
        if instrument.listed_on and instrument.listed_on > first:
            first = instrument.listed_on
            clipped.append(f"{instrument.symbol} is listed since {first}")
        if instrument.delisted_on and instrument.delisted_on < last:
            last = instrument.delisted_on
            clipped.append(f"{instrument.symbol} was delisted on {last}")
        start, end = (datetime.combine(day, time()) for day in (first - DAY, last + 2 * DAY))
        for session in market_hours.sessions(instrument.calendar, start, min(end, self.now)):
            if first <= session.session_date <= last:
                yield session

    def _parts(
        self, instrument: Instrument, chain: Chain, provider: str | None, session: Session
    ) -> Iterator[tuple[Span, str]]:
        """What of a session is to be asked; of one that is under way runs ask for what is new."""
        closed = self._closed(session, provider)
        holes: list[Span] = [(session.opens_at, closed)]
        for name in chain.able:
            key = self._key(instrument, name)
            holes = [part for hole in holes for part in self.asked.uncovered(key, *hole)]
        is_begun = holes != [(session.opens_at, closed)]
        if provider is None or (is_begun and closed < session.closes_at):
            yield from ((hole, BACKFILL) for hole in holes if not is_begun)
            return
        key = self._key(instrument, provider)
        for span, reason in self._unanswered(instrument, key, session, closed):
            if reason == SETTLE:
                yield span, reason
            elif holes:
                yield span, BACKFILL

    def _closed(self, session: Session, provider: str | None = None) -> datetime:
        """The end of the newest bar that is over, and that the provider's plan has already."""
        until = self.allowed(provider)[1] if provider else self.now
        return closed_until(session, self.asking.interval, until)

    def _reaching(
        self, instrument: Instrument, names: Sequence[str], session: Session
    ) -> list[str]:
        backs = {name: self.usual.back(name, instrument, self.asking.interval) for name in names}
        return [
            name
            for name, back in backs.items()
            if back is None or session.opens_at >= self.now - back
        ]

    def _keys(self, instrument: Instrument, chain: Chain, session: Session) -> tuple[str, ...]:
        return tuple(key_of(name) for name in self._reaching(instrument, chain.keyless, session))

    def _instead(self, instrument: Instrument, chain: Chain) -> str:
        """What those who may be asked give of the interval."""
        told = [f"{name} does not know it" for name in chain.unknown]
        for name in chain.able:
            back = self.usual.back(name, instrument, self.asking.interval)
            told.append(f"{name} gives " + (f"the last {back.days} days" if back else "all"))
        return ", ".join(told) or f"asked: {', '.join(self.asking.sources) or 'nobody'}"

    def _key(self, instrument: Instrument, provider: str) -> Key:
        return (provider, "bars", instrument.instrument_id, self.asking.interval)


def _nobody(planned: Planned) -> ConfigurationError | UsageError:
    """Nothing of the span can be asked for: a key is wanting, or nobody has it."""
    told = "\n".join(left_out_lines(planned.interval, planned.left_out))
    if any(one.keys for one in planned.left_out):
        return ConfigurationError(told, "set a key in .env, or ask for a span that needs none")
    return UsageError(told, "ask for another span or interval")
