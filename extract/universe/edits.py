"""Changes to the universe: what is followed, renamed and ended; a number never changes hands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from extract.landing import Landing
from extract.providers import PROVIDERS, canonical
from extract.universe.files import (
    instruments,
    personal,
    personal_history,
    write,
    write_history,
)
from extract.universe.instrument import (
    ANY_PROVIDER,
    COLUMNS,
    FIRST_PERSONAL_ID,
    Instrument,
    PastSymbol,
    check_symbol,
)
from warehouse import clock
from warehouse.errors import UsageError
from warehouse.folder import DataFolder


def add(folder: DataFolder, symbols: Iterable[str], asked: bool = True) -> list[Instrument]:
    """Follow the symbols that no listed instrument goes by today.

    `asked=False` is for the symbols of files: no provider is asked for them, and one that
    anybody ever held is known, because a file may speak of the past.
    """
    today = clock.now().date()
    own, landed = personal(folder), landed_instruments(Landing(folder))
    every = instruments(folder)
    if asked:
        known = {one.symbol_at("file_drop", today) for one in every if one.is_listed(today)}
    else:
        known = {one.symbol for one in [*every, *landed]}
        known |= {past.symbol for one in every for past in one.past}
    ids = {one.instrument_id for one in [*own, *landed]}
    next_id = max(FIRST_PERSONAL_ID - 1, *ids, 0) + 1
    left = {
        one.symbol: one
        for one in landed
        if one.is_listed(today) and one.instrument_id not in {row.instrument_id for row in own}
    }
    added: list[Instrument] = []
    for symbol in dict.fromkeys(check_symbol(one) for one in symbols):
        if symbol in known:
            continue
        again = left.get(symbol)
        added.append(again or guessed(symbol, next_id, asked))
        next_id += again is None
    if added:
        write(folder.personal_universe, own + added)
    return added


def rename(
    folder: DataFolder, old: str, new: str, on: date, provider: str | None = None
) -> Instrument:
    """Give an instrument a new symbol from a day on; its number and its bars stay its own."""
    provider = provider and canonical(provider)
    if provider == "file_drop":
        raise UsageError("dropped files say the instrument's own symbol", "leave --provider out")
    naming = provider or "file_drop"
    old, new = check_symbol(old), check_symbol(new)
    every = instruments(folder)
    if holder := _holder(every, naming, new, on):
        raise UsageError(
            f"{new} is the symbol of {holder.name} (instrument {holder.instrument_id})",
            f"end that one first: `tapehouse universe delist {new} --on {on}`",
        )
    held = _held(every, naming, old)
    wrong = [one for one in held.past_at(naming) if one.valid_to >= on and one.symbol != old]
    if wrong or (held.listed_on and held.listed_on >= on):
        since = wrong[0].valid_to if wrong else held.listed_on
        raise UsageError(f"{old} is in use since {since} only", f"name a day after {since}")
    named = [naming] if provider else [one for one in PROVIDERS if held.present_symbol(one) == old]
    write_history(folder.personal_symbol_history, _with_past(folder, held, old, named, on))
    changed = {f"{one}_symbol": new for one in named if one != "file_drop"}
    if not provider:
        changed["symbol"] = new
    return _write_over(folder, replace(held, **changed))  # type: ignore[arg-type]


def delist(folder: DataFolder, symbol: str, on: date) -> Instrument:
    """Ask no more for what comes after the last day of listing; what is held stays."""
    held = _held(instruments(folder), "file_drop", check_symbol(symbol))
    if held.listed_on and on < held.listed_on:
        raise UsageError(
            f"{symbol} was listed on {held.listed_on} only", f"name a day from {held.listed_on} on"
        )
    return _write_over(folder, replace(held, delisted_on=on))


def landed_instruments(landing: Landing) -> list[Instrument]:
    """The personal instruments as they were last landed: those that left the file, too."""
    lines = [line for line in landing.manifest.lines() if line.table_name == "personal_universe"]
    for line in reversed(lines):
        if landing.damage(line) is None:
            rows = landing.read(line).select(COLUMNS).to_pylist()
            return [Instrument(**row) for row in rows]
    return []


# Share classes follow a dot or a dash, as the provider likes it.
PLAIN_STOCK = re.compile(r"[A-Z]{1,5}([.-][A-Z])?")


def guessed(symbol: str, instrument_id: int, asked: bool = True) -> Instrument:
    """What a symbol most likely is; the person may correct the file."""
    crypto = re.fullmatch(r"[A-Z0-9]{2,10}(USDT|USDC|BTC|EUR)", symbol)
    asset_class, calendar = ("crypto", "24/7") if crypto else ("stock", "XNYS")
    if symbol.startswith("^"):
        asset_class = "index"
    plain = asked and not crypto and PLAIN_STOCK.fullmatch(symbol)
    dashed = symbol.replace(".", "-") if plain else symbol
    return Instrument(
        instrument_id=instrument_id,
        symbol=symbol,
        name=symbol,
        asset_class=asset_class,
        calendar=calendar,
        currency=crypto[1] if crypto else "USD",
        groups="personal",
        listed_on=None,
        delisted_on=None,
        yahoo_symbol=dashed if asked and not crypto else None,
        binance_symbol=symbol if asked and crypto else None,
        massive_symbol=symbol.replace("-", ".") if plain else None,
        fmp_symbol=dashed if plain or (asked and asset_class == "index") else None,
        alpha_vantage_symbol=dashed if plain else None,
        known_at=clock.now(),
    )


def _holder(every: Sequence[Instrument], naming: str, symbol: str, on: date) -> Instrument | None:
    return next(
        (one for one in every if one.is_listed(on) and one.symbol_at(naming, on) == symbol), None
    )


def _held(every: Sequence[Instrument], naming: str, symbol: str) -> Instrument:
    """The listed instrument that goes by the symbol, today before one that will."""
    today = clock.now().date()
    found = [one for one in every if one.present_symbol(naming) == symbol and one.is_listed(today)]
    if not found:
        raise UsageError(
            f"no listed instrument goes by {symbol}", "see `tapehouse universe list` for symbols"
        )
    return max(found, key=lambda one: one.symbol_at(naming, today) == symbol)


def _with_past(
    folder: DataFolder, held: Instrument, old: str, named: Sequence[str], on: date
) -> list[PastSymbol]:
    """The personal history with one more row; `*` when every name of the instrument changes."""
    everywhere = [one for one in PROVIDERS if held.present_symbol(one)]
    past = personal_history(folder)
    for naming in [ANY_PROVIDER] if list(named) == everywhere else named:
        since = held.renamed_on("file_drop" if naming == ANY_PROVIDER else naming)
        row = PastSymbol(held.instrument_id, naming, old, since or held.listed_on, on, clock.now())
        same = (row.instrument_id, row.provider, row.symbol, row.valid_to)
        if same not in [
            (one.instrument_id, one.provider, one.symbol, one.valid_to) for one in past
        ]:
            past.append(row)
    return past


def _write_over(folder: DataFolder, changed: Instrument) -> Instrument:
    """The personal row of an instrument stands for the one with its number, shipped or not."""
    own = [one for one in personal(folder) if one.instrument_id != changed.instrument_id]
    write(folder.personal_universe, [*own, changed])
    return changed
