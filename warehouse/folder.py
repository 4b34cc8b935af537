"""The data folder: where everything lies, and whether it holds real or sandbox data."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from warehouse.errors import ConfigurationError

Origin = Literal["real", "sandbox"]

FOLDERS = ("landing", "inbox", "published", "runs", "exports", "docs", "logs", "state")


@dataclass(frozen=True)
class DataFolder:
    """All paths of one data folder; `prepare` makes what is missing."""

    root: Path

    @property
    def landing(self) -> Path:
        return self.root / "landing"

    @property
    def inbox(self) -> Path:
        return self.root / "inbox"

    @property
    def published(self) -> Path:
        return self.root / "published"

    @property
    def runs(self) -> Path:
        return self.root / "runs"

    @property
    def docs(self) -> Path:
        return self.root / "docs"

    @property
    def exports(self) -> Path:
        return self.root / "exports"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def state(self) -> Path:
        return self.root / "state"

    @property
    def budgets(self) -> Path:
        return self.state / "budgets.sqlite"

    @property
    def warehouse(self) -> Path:
        return self.root / "warehouse.duckdb"

    @property
    def market(self) -> Path:
        return self.root / "market.duckdb"

    @property
    def personal_universe(self) -> Path:
        return self.root / "universe.csv"

    @property
    def personal_symbol_history(self) -> Path:
        return self.root / "symbol_history.csv"

    @property
    def origin_stamp(self) -> Path:
        return self.state / "origin.json"

    @property
    def origin(self) -> Origin | None:
        """None while nobody has used the folder."""
        try:
            origin = json.loads(self.origin_stamp.read_text())["origin"]
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError) as error:
            raise ConfigurationError(
                f"{self.origin_stamp} is damaged: {error}",
                'write {"origin": "real"} or {"origin": "sandbox"} into it, as the data is',
            ) from error
        if origin not in ("real", "sandbox"):
            raise ConfigurationError(f"{self.origin_stamp} names an unknown origin: {origin!r}")
        return "sandbox" if origin == "sandbox" else "real"

    def prepare(self, origin: Origin | None = None) -> None:
        """Make the folders; stamp the origin at first use and refuse another one after."""
        for name in FOLDERS:
            (self.root / name).mkdir(parents=True, exist_ok=True)
        if origin is None:
            return
        held = self.origin
        if held is None:
            write_whole(self.origin_stamp, json.dumps({"origin": origin}) + "\n")
        elif held != origin:
            raise ConfigurationError(
                f"{self.root} holds {held} data, not {origin} data; they never mix",
                "set TAPEHOUSE_DATA_DIR to another folder"
                + (", or run `tapehouse go-live`" if held == "sandbox" else ""),
            )


def write_whole(path: Path, text: str, mode: int = 0o644) -> None:
    """Replace a small file so that a reader or a kill sees the old text or the new one."""
    part = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)
    fsync_folder(path.parent)


def fsync_folder(folder: Path) -> None:
    """Make a rename inside the folder last through a power cut (where the system allows it)."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
