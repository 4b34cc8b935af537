"""The universe: the shipped instruments, and over them what a person added, renamed or ended."""

from __future__ import annotations

from extract.universe.edits import add, delist, landed_instruments, rename
from extract.universe.files import SEED, SEED_HISTORY, instruments, personal, personal_history, read
from extract.universe.instrument import (
    COLUMNS,
    FIRST_PERSONAL_ID,
    Instrument,
    PastSymbol,
    check_symbol,
)

__all__ = [
    "COLUMNS",
    "FIRST_PERSONAL_ID",
    "SEED",
    "SEED_HISTORY",
    "Instrument",
    "PastSymbol",
    "add",
    "check_symbol",
    "delist",
    "instruments",
    "landed_instruments",
    "personal",
    "personal_history",
    "read",
    "rename",
]
