"""The frames of `prefect.yaml`: at which instants each schedule looks whether there is work."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import yaml
from cronsim import CronSim

from warehouse.settings import PROJECT

FILE = PROJECT / "prefect.yaml"


@dataclass(frozen=True)
class Frame:
    """One deployment's schedule; the guard of its flow decides at each slot."""

    flow: str
    name: str
    market: str | None
    cron: str
    timezone: str
    is_paused: bool

    @property
    def full_name(self) -> str:
        return f"{self.flow}/{self.name}"

    def slots(self, after: datetime) -> Iterator[datetime]:
        """Later than the instant, in order; naive UTC, though the cron line is in local time."""
        local = after.replace(tzinfo=UTC).astimezone(ZoneInfo(self.timezone))
        for slot in CronSim(self.cron, local):
            yield slot.astimezone(UTC).replace(tzinfo=None)

    def local(self, instant: datetime) -> datetime:
        return instant.replace(tzinfo=UTC).astimezone(ZoneInfo(self.timezone))

    def overtaken_at(self, slot: datetime) -> datetime:
        """From when on a newer slot does the work of this one."""
        return next(self.slots(slot))


@lru_cache(maxsize=1)
def frames() -> tuple[Frame, ...]:
    declared = yaml.safe_load(FILE.read_text(encoding="utf-8"))["deployments"]
    return tuple(
        Frame(
            one["entrypoint"].partition(":")[2].replace("_", "-"),
            one["name"],
            one["parameters"].get("market"),
            schedule["cron"],
            schedule["timezone"],
            bool(one.get("paused", False)),
        )
        for one in declared
        for schedule in one["schedules"]
    )


def frame_of(flow: str, name: str) -> Frame | None:
    return next((one for one in frames() if (one.flow, one.name) == (flow, name)), None)


def is_overtaken(frame: Frame | None, slot: datetime, now: datetime) -> bool:
    """After downtime all late runs start, oldest first; the newest alone does all the work."""
    if frame is None:
        return now - slot >= timedelta(minutes=15)
    return now >= frame.overtaken_at(slot)
