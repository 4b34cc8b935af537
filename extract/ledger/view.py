"""What one provider's package sees of a plan, to say what is due beside bars."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from extract.ledger.asked import Asked, Key
from extract.universe import Instrument
from extract.work import WorkItem
from warehouse import market_hours

ASK_UNKNOWN_AGAIN = timedelta(days=1)
# No market is closed for so long.
LONGEST_CLOSED = timedelta(days=12)


@dataclass(frozen=True)
class View:
    """One provider at one instant: whom it serves, and what it was asked before."""

    provider: str
    now: datetime
    asked: Asked
    # All that have a symbol here, delisted ones too, and those whose bars come from here first.
    instruments: tuple[Instrument, ...] = ()
    leads: frozenset[int] = frozenset()
    # Those of them whose newest bars come from here.
    live: frozenset[int] = frozenset()
    # All whose bars are asked for here, as a second opinion too.
    serves: frozenset[int] = frozenset()
    # What a person narrowed the run down to; empty means every interval.
    intervals: tuple[str, ...] = ()
    # How many past days of all trades a person wants held.
    trades_days: int = 0

    @property
    def today(self) -> date:
        return self.now.date()

    @property
    def listed(self) -> list[Instrument]:
        return [one for one in self.instruments if one.is_listed(self.today)]

    def wants(self, interval: str) -> bool:
        return not self.intervals or interval in self.intervals

    def item(
        self,
        instrument: Instrument,
        endpoint: str,
        reason: str,
        interval: str | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> WorkItem:
        return WorkItem(
            provider=self.provider,
            endpoint=endpoint,
            symbols=(str(instrument.symbol_at(self.provider, self.today)),),
            reason=reason,
            instrument_id=instrument.instrument_id,
            interval=interval,
            start=start,
            end=end,
            exchange_timezone=market_hours.TIMEZONES[instrument.calendar],
            is_listed=instrument.is_listed(self.today),
        )

    def last_answer(self, endpoint: str, instrument: Instrument | None = None) -> datetime | None:
        """When the endpoint was last answered, for an instrument or for all together."""
        return self.asked.answered_at.get(self._key(endpoint, instrument))

    def lately_unknown(self, instrument: Instrument, endpoint: str, interval: str | None) -> bool:
        """A delisted instrument that the provider does not know any more is asked for no more."""
        key = (self.provider, endpoint, instrument.instrument_id, interval)
        at = self.asked.unknown_at.get(key)
        rest = ASK_UNKNOWN_AGAIN if instrument.is_listed(self.today) else timedelta.max
        return at is not None and self.now - at < rest

    def opened(self, calendar: str) -> datetime:
        """When the present or last session opened."""
        since = self.now - LONGEST_CLOSED
        return max(one.opens_at for one in market_hours.sessions(calendar, since, self.now))

    def closed(self, calendar: str) -> datetime:
        """When the last session that is over closed."""
        sessions = market_hours.sessions(calendar, self.now - LONGEST_CLOSED, self.now)
        over = (one.closes_at for one in sessions if one.closes_at <= self.now)
        return max(over, default=datetime.min)

    def due_once_a_session(self, instrument: Instrument, endpoint: str) -> str | None:
        """Why to ask now: never asked, or a session has opened since; None when neither."""
        last = self.last_answer(endpoint, instrument)
        if last is None:
            return "missing"
        if last >= self.opened(instrument.calendar) or not instrument.is_listed(last.date()):
            return None
        return "new session"

    def _key(self, endpoint: str, instrument: Instrument | None) -> Key:
        return (self.provider, endpoint, instrument.instrument_id if instrument else None, None)
