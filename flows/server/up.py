"""`up` and `down`: server, deployments and worker as one thing that starts and stops whole."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable

from flows.server.again import Again
from flows.server.api import Api
from flows.server.children import Children, end_left_over
from flows.server.deployments import deploy
from flows.server.downtime import catch_up, tidy
from flows.server.place import HOST, POOL, Place
from warehouse import clock, runs
from warehouse.errors import BusyError, TapehouseError
from warehouse.settings import PROJECT, Settings

STARTS_WITHIN = 180.0
STOPS_WITHIN = 120.0
# A child that keeps ending ends all: something is wrong that starting again does not mend.
MOST_STARTS = 5
WORKER_RUNS = 4
Say = Callable[[str], object]


def up(settings: Settings, say: Say) -> None:
    """Everything started and kept running until a signal; then ended in the reverse order."""
    place = Place.of(settings)
    lock = place.lock
    if not lock.try_take():
        raise BusyError(
            f"it is up already: {lock.holder()}, {place.remembered().get('address', '')}",
            "`tapehouse status` shows what it does, `tapehouse down` ends it",
        )
    try:
        for line in end_left_over(place):
            say(line)
        place.check_port()
        place.home.mkdir(parents=True, exist_ok=True)
        place.export()
        with Children(place, int(settings.log.max_mb * 1024 * 1024)) as children:
            _start(place, children, say)
            _watch(children, Again(Api(place.api, timeout=5)), say)
    except KeyboardInterrupt:
        say("stopped: worker and server have ended")
    finally:
        place.forget()
        lock.release()


def _start(place: Place, children: Children, say: Say) -> None:
    place.remember(address=place.address, ready=None)
    say("starting the server ...")
    _start_server(place, children)
    api = Api(place.api)
    until = clock.monotonic() + STARTS_WITHIN
    while not api.healthy():
        if children.ended() or clock.monotonic() > until:
            raise TapehouseError(
                "the Prefect server did not start", f"see {children.log('server')}"
            )
        runs.give_way()
        clock.sleep(0.3)
    say(f"server  {place.address}")
    say(deploy(place, api))
    for line in tidy(api) + catch_up(api, place.folder):
        say(line)
    _start_worker(place, children)
    say(f"worker  pool {POOL}, at most {WORKER_RUNS} runs at a time")
    place.remember(ready=os.getpid())
    say("up: Ctrl-C or `tapehouse down` ends it, `tapehouse status` shows what is next")


def _start_server(place: Place, children: Children) -> None:
    children.start("server", "server", "start", "--host", HOST, "--port", str(place.port))


def _start_worker(_: Place, children: Children) -> None:
    children.start("worker", "worker", "start", "--pool", POOL, "--limit", str(WORKER_RUNS))


STARTING = {"server": _start_server, "worker": _start_worker}


def _watch(children: Children, again: Again, say: Say) -> None:
    starts: Counter[str] = Counter()
    while True:
        clock.sleep(0.5)
        runs.give_way()
        for line in again.look():
            say(line)
        for name, code in children.ended().items():
            starts[name] += 1
            if starts[name] >= MOST_STARTS:
                raise TapehouseError(
                    f"the {name} ended {MOST_STARTS} times", f"see {children.log(name)}"
                )
            say(f"the {name} ended with {code}, started again")
            STARTING[name](children.place, children)


def detached(settings: Settings, say: Say, config: str | None = None) -> None:
    """The same in the background; returns when it is ready, or tells why it is not."""
    place = Place.of(settings)
    log = settings.folder.logs / "up.log"
    command = [sys.executable, "-m", "cli", "up", *(["--config", config] if config else [])]
    with log.open("ab") as file:
        begins = file.tell()
        process = subprocess.Popen(
            command,
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    until = clock.monotonic() + STARTS_WITHIN
    while place.remembered().get("ready") != process.pid:
        if process.poll() is not None or clock.monotonic() > until:
            said = log.read_bytes()[begins:].decode("utf-8", "replace").strip()
            raise TapehouseError(f"it did not come up: {said[-800:]}", f"see {log}")
        clock.sleep(0.2)
    say(f"up: process {process.pid}, {place.address}; log {log}")


def down(settings: Settings, say: Say) -> bool:
    """False when nothing was up; what a killed `up` left behind is ended too."""
    place = Place.of(settings)
    if pid := place.lock_pid():
        os.kill(pid, signal.SIGTERM)
        until = clock.monotonic() + STOPS_WITHIN
        while place.lock_pid() == pid:
            if clock.monotonic() > until:
                raise BusyError(f"process {pid} has not ended yet", "try again, or kill it")
            clock.sleep(0.1)
        say(f"down: process {pid}, its worker and its server have ended")
        return True
    left = end_left_over(place)
    for line in left:
        say(line)
    return bool(left)
