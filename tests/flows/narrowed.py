"""Runs that build a part of the project only, and test nothing: other tests see to the rest."""

from __future__ import annotations

from collections.abc import Callable

from flows.run import Runner


def narrowed(*wanted: str) -> Callable[[Runner], None]:
    """For a run's `prepare`: these selectors of dbt, models and seeds alone."""
    kinds = ("model", "seed")
    select = " ".join(f"{one},resource_type:{kind}" for one in wanted for kind in kinds)
    # dbt would choose the tests of what is chosen as well.
    select += " --indirect-selection empty"

    def prepare(runner: Runner) -> None:
        runner.select = select

    return prepare
