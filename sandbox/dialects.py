"""The one list of the providers that the exchange can speak as."""

from __future__ import annotations

from sandbox.alpha_vantage import AlphaVantage
from sandbox.answers import Dialect
from sandbox.binance import Binance
from sandbox.binance.archive import BinanceArchive
from sandbox.fmp import Fmp
from sandbox.massive import Massive
from sandbox.yahoo import Yahoo

DIALECTS: tuple[type[Dialect], ...] = (
    Yahoo,
    Binance,
    BinanceArchive,
    Massive,
    Fmp,
    AlphaVantage,
)
