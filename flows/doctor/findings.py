"""What a look at one thing says, and how it is mended."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from warehouse.alert_settings import AlertsSection
from warehouse.folder import DataFolder
from warehouse.settings import Settings

State = Literal["ok", "warn", "bad", "not checked"]


@dataclass(frozen=True)
class Found:
    """One line of the doctor; what is not checked is no finding."""

    name: str
    state: State
    said: str
    mend: str = ""

    @property
    def is_finding(self) -> bool:
        return self.state in ("warn", "bad")


@dataclass(frozen=True)
class Patient:
    """What is looked at; without settings only what needs none."""

    settings: Settings | None
    asks_others: bool = True
    reads_all: bool = False

    @property
    def alerts(self) -> AlertsSection:
        return self.settings.alerts if self.settings else AlertsSection()


Look = Callable[[Patient], Iterator[Found]]


def folder_of(patient: Patient) -> DataFolder | None:
    """The data folder, if somebody has used it."""
    if patient.settings is None or not patient.settings.folder.state.is_dir():
        return None
    return patient.settings.folder
