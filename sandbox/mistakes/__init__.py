"""Labelled faults in single bars of Yahoo's answers, to measure what the quality rules find."""

from sandbox.mistakes.book import Mistake, MistakeBook
from sandbox.mistakes.kinds import KINDS, SEVERITIES, Kind
from sandbox.mistakes.scatter import scatter

__all__ = ["KINDS", "SEVERITIES", "Kind", "Mistake", "MistakeBook", "scatter"]
