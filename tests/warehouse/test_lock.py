"""One writer at a time, and a lock that dies with its holder."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from warehouse.errors import BusyError
from warehouse.lock import FileLock, holder_of, writer
from warehouse.settings import PROJECT

HOLD = """
import sys, time
from pathlib import Path
from warehouse.lock import FileLock
FileLock(Path(sys.argv[1]), "holding it").take()
print("held", flush=True)
time.sleep(60)
"""


@pytest.fixture
def held(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    child = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "state" / "writer.lock")],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout
    assert child.stdout.readline() == "held\n"
    yield child
    child.kill()
    child.wait()
    child.stdout.close()


def test_a_second_writer_is_told_who_holds_it(tmp_path: Path, held: subprocess.Popen[str]) -> None:
    with pytest.raises(BusyError) as caught, writer(tmp_path, "second"):
        pass
    assert str(held.pid) in caught.value.message
    assert "holding it" in caught.value.message
    assert caught.value.exit_code == 75


def test_the_lock_is_free_after_kill_9(tmp_path: Path, held: subprocess.Popen[str]) -> None:
    held.send_signal(signal.SIGKILL)
    held.wait()
    with writer(tmp_path, "next"):
        assert FileLock.held_here(tmp_path / "state" / "writer.lock")


def test_a_nested_call_of_the_holder_passes(tmp_path: Path) -> None:
    with writer(tmp_path, "outer"):
        with writer(tmp_path, "inner"):
            pass
        assert FileLock.held_here(tmp_path / "state" / "writer.lock")
    assert not FileLock.held_here(tmp_path / "state" / "writer.lock")


def test_who_holds_a_lock_is_told_without_keeping_anybody_from_it(
    tmp_path: Path, held: subprocess.Popen[str]
) -> None:
    path = tmp_path / "state" / "writer.lock"
    holder = holder_of(path)
    assert holder is not None
    assert (holder.pid, holder.purpose) == (held.pid, "holding it")
    assert str(holder).startswith(f"process {held.pid} (holding it) since ")
    held.send_signal(signal.SIGKILL)
    held.wait()
    assert holder_of(path) is None
    with FileLock(path, "mine").held():
        mine = holder_of(path)
        assert mine is not None
        assert mine.purpose == "mine"
    # Its process lives on, and holds it no more.
    assert holder_of(path) is None
    path.write_text("{torn")
    assert holder_of(path) is None
    assert holder_of(tmp_path / "no.lock") is None
