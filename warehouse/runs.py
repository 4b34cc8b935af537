"""Runs: an integer each, given out by making its folder, with a journal of its steps."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from warehouse import clock, logs
from warehouse.errors import BusyError, TapehouseError
from warehouse.folder import DataFolder
from warehouse.lock import FileLock

log = logs.get(__name__)

NODES = "nodes.jsonl"
AGAIN_SECONDS = 0.05

_stopping = threading.Event()


def heed_signals() -> None:
    """A supervisor's stop is a person's Ctrl-C: steps are journalled, locks are freed."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)
    sys.unraisablehook = _unraisable


def _stop(*_: object) -> None:
    """A library may swallow the exception, so steps look for the wish too."""
    _stopping.set()
    raise KeyboardInterrupt


def _unraisable(lost: sys.UnraisableHookArgs) -> None:
    """A stop that fell into a destructor is lost there, so it is said again outside of it."""
    if not issubclass(lost.exc_type, KeyboardInterrupt):
        sys.__unraisablehook__(lost)
    elif sys.platform != "win32":
        again = threading.Timer(AGAIN_SECONDS, os.kill, (os.getpid(), signal.SIGTERM))
        again.daemon = True
        again.start()


def told_to_stop() -> bool:
    return _stopping.is_set()


def give_way() -> None:
    """Go no further when somebody asked to stop."""
    if told_to_stop():
        raise KeyboardInterrupt


@dataclass
class Step:
    """One line of `elt_job_log`; while it runs it has no end."""

    run_id: int
    step_number: int
    step: str
    started_at: datetime
    ended_at: datetime | None = None
    row_count: int | None = None
    outcome: str | None = None
    error: str | None = None


class Run:
    """A run owns its folder and, while it lives, a lock in it that the kernel frees."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.run_id = int(path.name)
        self._alive = FileLock(path / "alive.lock")
        self._steps = 0

    @classmethod
    def start(cls, folder: DataFolder) -> Run:
        number = max(run_ids(folder), default=0)
        while True:
            number += 1
            try:
                (folder.runs / f"{number:06d}").mkdir(parents=True)
                break
            except FileExistsError:
                continue
        run = cls(folder.runs / f"{number:06d}")
        run._alive.take()
        logs.bind_run(run.run_id)
        return run

    def end(self) -> None:
        self._alive.release()
        logs.bind_run(None)

    @contextmanager
    def step(self, name: str) -> Iterator[Step]:
        """Journal a step's start and its end, whichever way it ends."""
        give_way()
        self._steps += 1
        step = Step(self.run_id, self._steps, name, clock.system_now())
        self._write(step)
        log.debug("step started", step=name)
        try:
            yield step
            step.outcome = step.outcome or "ok"
        except BusyError as error:
            step.outcome, step.error = "busy", error.message
            raise
        except TapehouseError as error:
            step.outcome, step.error = "failed", error.message
            raise
        except KeyboardInterrupt:
            step.outcome, step.error = "failed", "stopped by a signal"
            raise
        except BaseException as error:
            step.outcome, step.error = "failed", logs.redact(f"{type(error).__name__}: {error}")
            raise
        finally:
            step.ended_at = clock.system_now()
            self._write(step)
            log.info("step ended", step=name, outcome=step.outcome, rows=step.row_count)
        give_way()

    def note_nodes(self, step: Step, nodes: Sequence[Any]) -> None:
        """What became of each node of a build, whether or not the build held."""
        key = {"run_id": self.run_id, "step_number": step.step_number}
        _append(self.path / NODES, [{**key, **vars(node)} for node in nodes])

    def _write(self, step: Step) -> None:
        _append(self.path / "steps.jsonl", [vars(step)])


def _append(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.writelines(json.dumps(row, default=datetime.isoformat) + "\n" for row in rows)


def run_ids(folder: DataFolder) -> list[int]:
    if not folder.runs.exists():
        return []
    return sorted(int(name) for name in os.listdir(folder.runs) if name.isdigit())


def is_alive(folder: DataFolder, run_id: int) -> bool:
    path = folder.runs / f"{run_id:06d}" / "alive.lock"
    if FileLock.held_here(path):
        return True
    if not path.exists():
        return False
    lock = FileLock(path)
    free = lock.try_take()
    lock.release()
    return not free


def nodes(folder: DataFolder, run_id: int) -> list[dict[str, Any]]:
    """What became of the nodes of a run's builds, as far as it was written down."""
    path = folder.runs / f"{run_id:06d}" / NODES
    found = []
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        try:
            row = json.loads(line)
            if row["started_at"] is not None:
                row["started_at"] = datetime.fromisoformat(row["started_at"])
        except (ValueError, KeyError):
            # The last line of a run that was killed.
            continue
        found.append(row)
    return found


def steps(folder: DataFolder, run_id: int) -> list[Step]:
    """A run's steps as far as they went; a step whose run died is marked killed."""
    path = folder.runs / f"{run_id:06d}" / "steps.jsonl"
    if not path.exists():
        return []
    found: dict[int, Step] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            fields = json.loads(line)
        except ValueError:
            continue
        for name in ("started_at", "ended_at"):
            if fields[name] is not None:
                fields[name] = datetime.fromisoformat(fields[name])
        found[fields["step_number"]] = Step(**fields)
    if any(step.outcome is None for step in found.values()) and not is_alive(folder, run_id):
        for step in found.values():
            step.outcome = step.outcome or "killed"
    return [found[number] for number in sorted(found)]
