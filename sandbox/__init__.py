"""A local exchange whose market is a pure function of a seed, for demos, tests and fault runs."""

from sandbox.exchange import DEFAULT_NOW, DEFAULT_SEED, Exchange, serve
from sandbox.faults import Fault
from sandbox.mistakes import Mistake
from sandbox.truth import Truth, TruthBar

__all__ = [
    "DEFAULT_NOW",
    "DEFAULT_SEED",
    "Exchange",
    "Fault",
    "Mistake",
    "Truth",
    "TruthBar",
    "serve",
]
