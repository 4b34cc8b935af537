"""`python -m tests.faults.disk_full`: run out of space at every stage, free some, run again."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from extract.landing import Landing
from sandbox import Exchange
from warehouse.errors import DONE

from .judge import judge
from .trials import Ended, Trial

SYMBOLS = ("SPX", "BTCUSDT")
COMMAND = ("run", *SYMBOLS)
KIB_ON_DISK = (64, 256, 1024, 2048, 4096, 8192, 12288, 16384, 24576)
KIB_PER_FILE = (16, 64, 256, 1024, 4096, 8192)
ROOMY = "1g"

console = Console(highlight=False)


@contextmanager
def small_disk(root: Path, kib: int) -> Iterator[bool]:
    """A tmpfs of that size; False where this user may not mount one."""
    root.mkdir(parents=True)
    mounted = (
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={kib}k", "tapehouse-faults", str(root)],
            check=False,
            capture_output=True,
        ).returncode
        == 0
    )
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(root)], check=False)


def more_space(root: Path) -> None:
    subprocess.run(["mount", "-o", f"remount,size={ROOMY}", str(root)], check=True)


@dataclass(frozen=True)
class Outcome:
    """A run on a full disk and what the one after it found; unclear words lose nothing."""

    code: int
    unclear: str
    wrong: list[str]


def outcome(trial: Trial, full: Ended, again: Ended, accepted: set[str]) -> Outcome:
    unclear = "" if full.code == DONE or is_clear(full) else full.output[-600:]
    if again.code != DONE:
        ended = f"with space again it ended with {again.code}: {again.output[-600:]}"
        return Outcome(full.code, unclear, [ended])
    now = {line.path for line in Landing(trial.folder).manifest.lines()}
    gone = [f"{path} was accepted and is gone" for path in sorted(accepted - now)]
    return Outcome(full.code, unclear, [*gone, *judge(trial, SYMBOLS).told])


def is_clear(ended: Ended) -> bool:
    """One error in words, with the next step; neither a traceback nor an unexpected error."""
    text = ended.output
    return (
        "error:" in text
        and "next:" in text
        and "Traceback" not in text
        and "unexpected" not in text
        and ended.code > 0
    )


def on_small_disk(root: Path, exchange: Exchange, kib: int) -> Outcome | None:
    with small_disk(root, kib) as mounted:
        if not mounted:
            return None
        trial = Trial(root, exchange)
        full = trial.run(*COMMAND)
        accepted = {line.path for line in Landing(trial.folder).manifest.lines()}
        more_space(root)
        return outcome(trial, full, trial.run(*COMMAND), accepted)


def with_small_files(root: Path, exchange: Exchange, kib: int) -> Outcome:
    trial = Trial(root, exchange)
    full = trial.run(*COMMAND, largest_file=kib * 1024)
    accepted = {line.path for line in Landing(trial.folder).manifest.lines()}
    return outcome(trial, full, trial.run(*COMMAND), accepted)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.disk_full", description=__doc__)
    parser.add_argument("--kib", type=int, nargs="+", help="only these sizes of disk or file")
    given = parser.parse_args()
    root = Path(tempfile.mkdtemp(prefix="tapehouse-full-"))
    with small_disk(root / "probe", 64) as mounted:
        way = "a small tmpfs" if mounted and os.geteuid() == 0 else "a limit on file size"
    sizes = given.kib or (KIB_ON_DISK if "tmpfs" in way else KIB_PER_FILE)
    console.print(f"disk full by {way}, {len(sizes)} sizes")
    lost = unclear = 0
    with Exchange(limits=False) as exchange:
        for kib in sizes:
            place = root / f"{kib:06d}"
            done = on_small_disk(place, exchange, kib) if "tmpfs" in way else None
            done = done or with_small_files(place, exchange, kib)
            lost += bool(done.wrong)
            unclear += bool(done.unclear)
            said = "good" if not done.wrong else "BAD"
            words = ", without clear words" if done.unclear else ""
            console.print(f"{kib:6d} KiB: exit {done.code}{words}; with space again: {said}")
            for line in (*done.wrong[:10], done.unclear):
                if line:
                    console.print(line, markup=False)
    shutil.rmtree(root, ignore_errors=True)
    console.print(f"disk full: {len(sizes)} sizes, {lost} lost or stuck, {unclear} without words")
    sys.exit(1 if lost or unclear else 0)


if __name__ == "__main__":
    main()
