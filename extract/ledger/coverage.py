"""What is wanted, what each provider has, and when its answer has settled: three seeds."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import timedelta

from warehouse.settings import PROJECT

SEEDS = PROJECT / "dbt_project" / "seeds"


@dataclass(frozen=True)
class Coverage:
    """One row of `seeds/coverage.csv`."""

    group: str
    interval: str
    back: timedelta
    purpose: str


@dataclass(frozen=True)
class Rules:
    """What `seeds/providers.csv` says of one provider."""

    priority: int
    needs_key: bool
    settle_daily: timedelta
    settle_intraday: timedelta

    def settle(self, interval: str) -> timedelta:
        return self.settle_daily if interval == "1d" else self.settle_intraday


def coverage() -> list[Coverage]:
    with (SEEDS / "coverage.csv").open(encoding="utf-8", newline="") as file:
        return [
            Coverage(
                row["coverage_group"],
                row["interval"],
                timedelta(days=int(row["back_days"])),
                row["purpose"],
            )
            for row in csv.DictReader(file)
        ]


def rules() -> dict[str, Rules]:
    with (SEEDS / "providers.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["provider"]: Rules(
                int(row["priority"]),
                row["needs_key"] == "true",
                timedelta(minutes=float(row["settle_minutes_daily"])),
                timedelta(minutes=float(row["settle_minutes_intraday"])),
            )
            for row in csv.DictReader(file)
        }


def reach() -> dict[tuple[str, str, str], timedelta | None]:
    """By provider, interval and asset class how far back bars can be asked for; None: all."""
    with (SEEDS / "provider_reach.csv").open(encoding="utf-8", newline="") as file:
        return {
            (row["provider"], row["interval"], asset_class): (
                timedelta(days=int(row["back_days"])) if row["back_days"] else None
            )
            for row in csv.DictReader(file)
            for asset_class in row["asset_classes"].split("|")
        }
