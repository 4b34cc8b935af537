"""One sandbox folder and the `tapehouse` processes that are started, and ended, in it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sandbox import Exchange
from warehouse import clock, runs
from warehouse.folder import DataFolder
from warehouse.settings import PROJECT

START = "from cli.main import main; main()"
LIMITED = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({0}, {0})); "
LONGEST = 600.0


@dataclass(frozen=True)
class Ended:
    """How a process ended; a code below zero is the signal that ended it."""

    code: int
    output: str
    seconds: float


class Trial:
    """A fresh sandbox folder that lives by an exchange which this process runs."""

    def __init__(self, root: Path, exchange: Exchange) -> None:
        self.folder = DataFolder(root)
        self.exchange = exchange
        self.folder.prepare("sandbox")

    def environment(self) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith("TAPEHOUSE_")}
        return {
            **kept,
            "TAPEHOUSE_CONFIG": str(PROJECT / "tapehouse.example.toml"),
            "TAPEHOUSE_DATA_DIR": str(self.folder.root),
            "TAPEHOUSE_SANDBOX__URL": self.exchange.url,
            "COLUMNS": "200",
        }

    def start(self, *arguments: str, largest_file: int | None = None) -> subprocess.Popen[str]:
        """The child leads a process group of its own, so that all of it can be ended."""
        limit = LIMITED.format(largest_file) if largest_file else ""
        return subprocess.Popen(
            [sys.executable, "-c", limit + START, *arguments],
            cwd=PROJECT,
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str, largest_file: int | None = None) -> Ended:
        return self.end(self.start(*arguments, largest_file=largest_file), LONGEST, signal.SIGKILL)

    def hurt(
        self, arguments: Sequence[str], after: float, by: signal.Signals = signal.SIGKILL
    ) -> Ended:
        """Start a command and signal its whole group at a moment; it may have ended before."""
        return self.end(self.start(*arguments), after, by)

    def end(self, child: subprocess.Popen[str], after: float, by: signal.Signals) -> Ended:
        started = clock.monotonic()
        with child:
            try:
                output, _ = child.communicate(timeout=after)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, by)
                try:
                    output, _ = child.communicate(timeout=30)
                except subprocess.TimeoutExpired:
                    os.killpg(child.pid, signal.SIGKILL)
                    output, _ = child.communicate()
            return Ended(child.returncode, output, clock.monotonic() - started)

    def last_step(self) -> str:
        """Where the newest run stands: the step it died in, or what it had come to."""
        numbers = runs.run_ids(self.folder)
        steps = runs.steps(self.folder, numbers[-1]) if numbers else []
        if not steps:
            return "start"
        return steps[-1].step if steps[-1].outcome == "killed" else f"after {steps[-1].step}"
