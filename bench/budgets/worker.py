"""One of the processes of the proof: a thread for each provider asks for all that it can get."""

from __future__ import annotations

import random
import threading
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import requests
from pydantic import SecretStr

from bench.budgets.hours import Hours
from bench.budgets.tasks import Task
from extract.binance.answers import used_weight
from extract.context import FetchContext
from extract.http import PoliteEdge, Reply
from extract.outcomes import FetchFailed, Outcome
from extract.request_log import RejectedRows, RequestLog
from extract.work import WorkItem
from warehouse import clock

REASONS = ("new bars", "gap", "backfill")
CALLS_A_RUN = 50
# A call is under way so long before it arrives, and again so long until its answer is here.
LATENCY = (0.01, 0.15)
NEXT_RUN = 900.0


def classify(reply: Reply) -> None:
    if reply.status == 429:
        raise FetchFailed(Outcome.THROTTLED, "HTTP 429")
    if reply.status == 418:
        raise FetchFailed(Outcome.BLOCKED, "HTTP 418", final=True)


class Asker:
    """Asks one provider, run after run, as long as its work waits."""

    def __init__(self, task: Task, url: str, folder: Path, number: int) -> None:
        self.task = task
        self.url = url
        self.folder = folder
        self.number = number
        self.draw = random.Random(f"{task.name} {number}")
        self.session = requests.Session()
        self.calls = 0

    def work(self) -> None:
        for start, end in self.task.stretches:
            clock.sleep(start - clock.monotonic())
            while clock.monotonic() < end:
                if not self.run(end):
                    clock.sleep(min(NEXT_RUN, end - clock.monotonic()))

    def run(self, end: float) -> bool:
        """Whether it came to its end without a unit that failed."""
        context = FetchContext(
            1,
            self.task.settings_at(self.url),
            RequestLog(1),
            RejectedRows(),
            self.folder,
            SecretStr(f"the key of {self.task.name}"),
            self.folder / "budgets.sqlite",
        )
        edge = PoliteEdge.of(self.task.provider, context, classify, used_weight)
        for _ in range(CALLS_A_RUN):
            if context.failures or clock.monotonic() >= end:
                break
            self.calls += 1
            reason = REASONS[(self.number + self.calls) % len(REASONS)]
            with edge.unit(WorkItem(self.task.provider, "trades", ("NONE",), reason)):
                self.ask(edge)
        return not context.failures

    def ask(self, edge: PoliteEdge) -> None:
        weight = self.draw.choice(list(self.task.paths))
        url = f"{self.url}/{self.task.name}/{self.task.paths[weight]}"

        def perform(seconds: float, cap: int) -> Reply:
            clock.sleep(self.draw.uniform(*LATENCY))
            answer = self.session.get(url, timeout=60)
            clock.sleep(self.draw.uniform(*LATENCY))
            return Reply(answer.status_code, answer.headers, answer.content, url)

        edge.send("GET", url, perform, weight=weight)


def process(
    number: int,
    seconds: Any,
    lines: Sequence[Connection],
    asked: Sequence[Task],
    url: str,
    folder: Path,
) -> None:
    """The main of a child."""
    hours = Hours(seconds)
    clock.live_by(hours)

    def thread(task: Task, line: Connection) -> None:
        hours.sleeper(line)
        try:
            Asker(task, url, folder, number).work()
        finally:
            hours.leave()

    threads = [
        threading.Thread(target=thread, args=(task, line))
        for task, line in zip(asked, lines, strict=True)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
