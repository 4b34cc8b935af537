"""Plans the history of an explicit span: who gives which part of it, and what nobody gives."""

from __future__ import annotations

from extract.backfill.asking import Asking, interval_of, span_of
from extract.backfill.planner import make
from extract.backfill.spans import LeftOut, Planned

__all__ = ["Asking", "LeftOut", "Planned", "interval_of", "make", "span_of"]
