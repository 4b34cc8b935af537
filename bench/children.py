"""Each measurement runs in a process of its own, so that its peak of memory is its own too."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from warehouse import clock
from warehouse.settings import PROJECT

FLAG = "--measure"
# ru_maxrss counts kilobytes on Linux and bytes on macOS.
RSS_UNIT = 1 if sys.platform == "darwin" else 1024

Figures = dict[str, float]


def measure(name: str, root: Path) -> Figures:
    sys.stderr.write(f"measuring {name} ...\n")
    done = subprocess.run(
        [sys.executable, "-m", "bench", FLAG, name, str(root)],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    figures: Figures = json.loads(done.stdout.splitlines()[-1])
    return figures


def answer(work: Callable[[Path], Mapping[str, float]], root: Path) -> None:
    """The child's side: the figures as the last line, with the wall clock and the peak added."""
    started = clock.monotonic()
    figures = dict(work(root))
    figures["wall_seconds"] = clock.monotonic() - started
    figures["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * RSS_UNIT / 1e6
    sys.stdout.write(json.dumps(figures) + "\n")


def timed(work: Callable[[], object]) -> float:
    started = clock.monotonic()
    work()
    return clock.monotonic() - started
