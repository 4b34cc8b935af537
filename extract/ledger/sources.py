"""Who can be asked for what: the settings' `[sources]`, keys, symbols and reach in one answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from extract import universe
from extract.ledger.coverage import coverage, reach, rules
from extract.providers import PROVIDERS, canonical
from extract.universe import Instrument
from warehouse.provider_settings import KEY_NAMES
from warehouse.settings import Settings

ANY = "*"


class Sources:
    """The providers that may be asked in one plan; `named` narrows them down."""

    def __init__(self, settings: Settings, named: Sequence[str] = ()) -> None:
        self._settings = settings
        self._chains = settings.sources
        self._named = [canonical(name) for name in named]
        self._reach = {
            key: back
            for key, back in reach().items()
            if key[1] not in settings.provider(key[0]).lacking
        }
        priority = rules()
        enabled = [
            name
            for name in sorted(PROVIDERS, key=lambda name: priority[name].priority)
            if settings.provider(name).enabled and (not named or name in self._named)
        ]
        self.with_files = "file_drop" in enabled
        self.keyless = [
            name for name in enabled if priority[name].needs_key and not settings.key(name)
        ]
        self.able = [name for name in enabled if name not in (*self.keyless, "file_drop")]

    def chain(self, instrument: Instrument, interval: str, purpose: str, on: date) -> list[str]:
        """Who serves these bars: the first is asked, the next ones take over when it is away."""
        return [name for name in self.line(instrument, interval, purpose, on) if name in self.able]

    def line(self, instrument: Instrument, interval: str, purpose: str, on: date) -> list[str]:
        """The same, and among them those that want a key only."""
        kinds = (instrument.symbol, instrument.asset_class, ANY)
        lines = [line for kind in kinds for line in (f"{kind}.{interval}", kind)]
        names = self._named or self._chains.chain(purpose, lines)
        return [
            name
            for name in dict.fromkeys(names)
            if name in (*self.able, *self.keyless)
            and (name, interval, instrument.asset_class) in self._reach
            and instrument.symbol_at(name, on)
        ]

    def back(self, provider: str, instrument: Instrument, interval: str) -> timedelta | None:
        """How far back a provider gives an interval, by the key's plan; None for all of it."""
        plan = self._settings.provider(provider)
        if type(plan).model_fields["history_days"].default is None and not plan.history_days:
            return self._reach[provider, interval, instrument.asset_class]
        return timedelta(days=plan.history_days) if plan.history_days else None


def in_force(settings: Settings, on: date) -> list[dict[str, Any]]:
    """Who is asked for what, row by row, as `raw.sources_in_force` holds it."""
    sources, wanted = Sources(settings), coverage()
    return [
        {
            "instrument_id": one.instrument_id,
            "interval": interval,
            "purpose": purpose,
            "turn": turn,
            "provider": name,
        }
        for one in universe.instruments(settings.folder)
        for interval, purpose in dict.fromkeys(
            (row.interval, row.purpose) for row in wanted if one.in_group(row.group)
        )
        for turn, name in enumerate(sources.chain(one, interval, purpose, on), start=1)
    ]


def without_keys(settings: Settings, named: Sequence[str] = ()) -> str | None:
    """One line that names the providers left out for want of a key; None when there are none."""
    keyless = Sources(settings, named).keyless
    if not keyless:
        return None
    told = ", ".join(f"{name} ({' or '.join(KEY_NAMES[name])})" for name in keyless)
    return f"not asked for want of a key: {told}"
