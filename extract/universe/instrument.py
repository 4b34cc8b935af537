"""An instrument: a number for ever, and the symbols it goes by, each for its days."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from datetime import date, datetime

from extract.providers import PROVIDERS
from warehouse.errors import UsageError

FIRST_PERSONAL_ID = 1_000_001
SYMBOL = re.compile(r"[A-Za-z0-9^][A-Za-z0-9.^=/~_-]{0,31}")
# Every provider that names the instrument.
ANY_PROVIDER = "*"


@dataclass(frozen=True)
class PastSymbol:
    """One row of `seeds/symbol_history.csv`: a symbol that the instrument held and gave up."""

    instrument_id: int
    provider: str
    symbol: str
    valid_from: date | None
    valid_to: date
    known_at: datetime


@dataclass(frozen=True)
class Instrument:
    """One row of the universe, columns as in `seeds/universe.csv`, and its past symbols."""

    instrument_id: int
    symbol: str
    name: str
    asset_class: str
    calendar: str
    currency: str
    groups: str
    listed_on: date | None
    delisted_on: date | None
    yahoo_symbol: str | None
    binance_symbol: str | None
    massive_symbol: str | None
    fmp_symbol: str | None
    alpha_vantage_symbol: str | None
    known_at: datetime
    past: tuple[PastSymbol, ...] = ()

    def present_symbol(self, provider: str) -> str | None:
        """A provider without a column of its own writes symbols as the universe does."""
        found: str | None = getattr(self, f"{provider}_symbol", self.symbol)
        return found

    def spellings(self) -> set[str]:
        """How providers write the symbol at present."""
        return {symbol for one in PROVIDERS if (symbol := self.present_symbol(one))}

    def past_at(self, provider: str) -> list[PastSymbol]:
        return [one for one in self.past if one.provider in (provider, ANY_PROVIDER)]

    def renamed_on(self, provider: str) -> date | None:
        """The day from which on it goes by its present symbol; None when it always has."""
        return max((one.valid_to for one in self.past_at(provider)), default=None)

    def symbol_at(self, provider: str, on: date) -> str | None:
        """The symbol that means this instrument to the provider on that day."""
        present = self.present_symbol(provider)
        renamed_on = self.renamed_on(provider)
        if present is None or renamed_on is None or on >= renamed_on:
            return present
        for one in self.past_at(provider):
            if (one.valid_from or date.min) <= on < one.valid_to:
                return one.symbol
        return None

    def is_listed(self, on: date) -> bool:
        return self.delisted_on is None or on <= self.delisted_on

    def in_group(self, group: str) -> bool:
        return group in ("all", self.asset_class, self.symbol) or group in self.groups.split("|")


COLUMNS = [field.name for field in fields(Instrument) if field.name != "past"]


def check_symbol(symbol: str) -> str:
    if not SYMBOL.fullmatch(symbol) or ".." in symbol:
        raise UsageError(
            f"not a symbol: {symbol!r}", "use letters, digits and . ^ = / - _ (at most 32)"
        )
    return symbol
