"""The one list of the providers that the exchange can speak as."""

from __future__ import annotations

from sandbox.answers import Dialect
from sandbox.binance import Binance
from sandbox.massive import Massive
from sandbox.yahoo import Yahoo

DIALECTS: tuple[type[Dialect], ...] = (Yahoo, Binance, Massive)
