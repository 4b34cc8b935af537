"""The processes that `up` starts: each in a group of its own, found again when `up` was killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from flows.server.place import Place
from warehouse import clock
from warehouse.errors import TapehouseError
from warehouse.lock import FileLock
from warehouse.settings import PROJECT

GRACE_SECONDS = 30.0
# A run that is told to stop ends within seconds.
RUN_GRACE_SECONDS = 10.0
PREFECT = Path(sys.executable).with_name("prefect")


class Children:
    """Started in order, ended in the reverse one."""

    def __init__(self, place: Place, max_bytes: int) -> None:
        self.place = place
        self._max_bytes = max_bytes
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._lock = FileLock(place.children_lock, "children of tapehouse up")

    def __enter__(self) -> Children:
        self._lock.take()
        return self

    def __exit__(self, *_: object) -> None:
        try:
            for name in reversed(list(self._running)):
                self.stop(name)
        finally:
            self._lock.release()

    def start(self, name: str, *arguments: str) -> None:
        log = self.log(name)
        if log.exists() and log.stat().st_size > self._max_bytes:
            os.replace(log, log.with_suffix(".log.1"))
        with log.open("ab") as file:
            self._running[name] = subprocess.Popen(
                [str(PREFECT), "--no-prompt", *arguments],
                cwd=PROJECT,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                # A terminal's Ctrl-C is for us alone: we end them, in order.
                start_new_session=True,
                pass_fds=self._lock.descriptors,
            )
        pids = {key: one.pid for key, one in self._running.items()}
        self.place.remember(children=pids)

    def log(self, name: str) -> Path:
        return self.place.folder.logs / f"prefect-{name}.log"

    def ended(self) -> dict[str, int]:
        """Who is not there any more, and the code it ended with."""
        codes = {name: one.poll() for name, one in self._running.items()}
        return {name: code for name, code in codes.items() if code is not None}

    def stop(self, name: str) -> None:
        """Ask it to end, wait, and only then end its whole group."""
        process = self._running.pop(name)
        below = descendants(process.pid)
        if process.poll() is None:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(GRACE_SECONDS)
        end_all([process.pid, *below])


def end_left_over(place: Place) -> list[str]:
    """End what a killed `up` left running; only the lock says that the numbers are still theirs."""
    lock = FileLock(place.children_lock, "looking for children")
    if lock.try_take():
        lock.release()
        place.forget()
        return []
    found: dict[str, int] = place.remembered().get("children", {})
    below = [pid for child in found.values() for pid in descendants(child)]
    for pid in reversed(found.values()):
        _signal(pid, signal.SIGTERM)
    until = clock.monotonic() + GRACE_SECONDS
    while not (free := lock.try_take()) and clock.monotonic() < until:
        clock.sleep(0.1)
    end_all([*found.values(), *below])
    if not free:
        lock.take(wait_seconds=10)
    lock.release()
    place.forget()
    return [
        f"ended {name} (process {pid}), which a killed `up` had left" for name, pid in found.items()
    ]


def end_all(pids: list[int]) -> None:
    """Whoever of these is left, with the group that it leads; runs may note how far they came."""
    left = [pid for pid in pids if _signal(pid, signal.SIGTERM)]
    until = clock.monotonic() + RUN_GRACE_SECONDS
    while left and clock.monotonic() < until:
        clock.sleep(0.1)
        left = [pid for pid in left if _signal(pid, 0)]
    for pid in left:
        _signal(pid, getattr(signal, "SIGKILL", signal.SIGTERM))


def _signal(pid: int, number: int) -> bool:
    """The process and, where there are groups, all of its own one; False when it is gone."""
    try:
        if hasattr(os, "killpg") and os.getpgid(pid) == pid:
            os.killpg(pid, number)
        else:
            os.kill(pid, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def descendants(pid: int) -> list[int]:
    """Children of children, which may lead groups of their own; where the system tells them."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found, left = [], [pid]
    while left:
        own = parents.get(left.pop(), [])
        found += own
        left += own
    return found


def tool(*arguments: str) -> str:
    """One of Prefect's own commands, to its end."""
    done = subprocess.run(
        [str(PREFECT), "--no-prompt", *arguments],
        cwd=PROJECT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
    )
    if done.returncode:
        said = " ".join((done.stdout + done.stderr).split())[-500:]
        raise TapehouseError(f"`prefect {' '.join(arguments)}` failed: {said}")
    return done.stdout
