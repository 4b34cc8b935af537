"""`python -m tests.faults.kill_runs --kills 30 --seed 1`: kill real runs, let one end, judge it."""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from rich.console import Console

from sandbox import DEFAULT_NOW, Exchange
from warehouse import clock
from warehouse.errors import DONE

from . import planted
from .judge import Verdict, judge
from .moments import Timeline
from .trials import Trial

SYMBOLS = ("AAPL", "TSM", "SPX", "GOLD", "US10Y", "BTCUSDT")
BAR_PATHS = ("/chart/", "/klines")
DEEPEST = 3

console = Console(highlight=False)


@dataclass
class Tally:
    """What all chains came to."""

    kills: int = 0
    chains: int = 0
    verdicts: list[Verdict] = field(default_factory=list)
    recovery_seconds: list[float] = field(default_factory=list)

    def closing(self) -> str:
        lost = sum(bool(one.lost) for one in self.verdicts)
        doubled = sum(bool(one.doubled) for one in self.verdicts)
        stuck = sum(bool(one.stuck) for one in self.verdicts)
        return f"faults: {self.kills} kills, {lost} lost, {doubled} doubled, {stuck} stuck"


class Sweep:
    """Chains of kills; each begins on a fresh folder or on one that holds a finished run."""

    def __init__(self, root: Path, exchange: Exchange, symbols: Sequence[str], seed: int) -> None:
        self.root = root
        self.exchange = exchange
        self.symbols = tuple(symbols)
        self.draw = random.Random(seed)
        self.tally = Tally()
        self.command = ("run", *self.symbols)

    def undisturbed(self) -> tuple[Trial, Timeline]:
        """What the chains are timed by, and what half of them begin on."""
        trial = Trial(self.root / "undisturbed", self.exchange)
        started_at = clock.system_now()
        ended = trial.run(*self.command)
        verdict = judge(trial, self.symbols)
        if ended.code or not verdict.passed:
            fail("a run that nobody disturbed", ended.output, verdict)
        timeline = Timeline.of(trial.folder, started_at, ended.seconds)
        console.print(f"undisturbed run {ended.seconds:.1f} s, {verdict.bars:,} bars, judged good")
        missed = planted.missed(trial, self.root / "planted", self.symbols)
        if missed:
            fail(f"the judge, which does not see that {', '.join(missed)},", "", verdict)
        console.print("the judge saw every fault that was planted into a copy of it")
        return trial, timeline

    def chain(self, finished: Trial, timeline: Timeline, kills: int) -> None:
        """Kill the run, then its recovery, and let the last recovery end."""
        self.tally.chains += 1
        number = self.tally.chains
        root = self.root / f"chain-{number:03d}"
        later = number % 2 == 0
        self.exchange.set_clock(DEFAULT_NOW)
        if later:
            shutil.copytree(finished.folder.root, root, symlinks=True)
            self.exchange.advance(timedelta(days=1, minutes=17))
        trial = Trial(root, self.exchange)
        hits = []
        for _ in range(kills):
            moment = timeline.moment(self.draw)
            ended = trial.hurt(self.command, moment)
            if ended.code == DONE:
                hits.append(f"nothing, it had ended before {moment:.1f} s")
                continue
            self.tally.kills += 1
            hits.append(f"{trial.last_step()} at {ended.seconds:.1f} s")
            self.exchange.advance(timedelta(minutes=self.draw.randrange(2)))
        recovery = trial.run(*self.command)
        self.tally.recovery_seconds.append(recovery.seconds)
        verdict = self.judged(trial, recovery.code)
        self.tally.verdicts.append(verdict)
        begun = "on a finished run" if later else "on a fresh folder"
        console.print(
            f"chain {number:3d} {begun}: killed in {', then in '.join(hits)}; "
            f"recovered in {recovery.seconds:.1f} s: {'good' if verdict.passed else 'BAD'}",
            soft_wrap=True,
        )
        if verdict.passed:
            shutil.rmtree(root)
        else:
            console.print("\n".join([*verdict.told[:10], recovery.output[-2000:]]), markup=False)
            console.print(f"kept for a look: {root}")

    def judged(self, trial: Trial, code: int) -> Verdict:
        if code != DONE:
            return Verdict(stuck=[f"the run after the kill ended with {code}"])
        verdict = judge(trial, self.symbols)
        self.exchange.clear_journal()
        again = trial.run("run", "--steps", "extract", *self.symbols)
        asked = [
            one.path
            for one in self.exchange.journal()
            if any(part in one.path for part in BAR_PATHS)
        ]
        if again.code != DONE:
            verdict.stuck.append(f"the run after the recovery ended with {again.code}")
        if asked:
            verdict.stuck.append(f"{len(asked)} answers that are final were asked for again")
        return verdict


def sweep(root: Path, kills: int, seed: int, symbols: Sequence[str] = SYMBOLS) -> Tally:
    with Exchange(limits=False) as exchange:
        runs = Sweep(root, exchange, symbols, seed)
        finished, timeline = runs.undisturbed()
        while runs.tally.kills < kills:
            depth = min(runs.draw.choice((1, 1, 2, DEEPEST)), kills - runs.tally.kills)
            runs.chain(finished, timeline, depth)
        return runs.tally


def fail(what: str, output: str, verdict: Verdict) -> None:
    console.print(f"{what} is not good, so no kill can be judged", style="red")
    console.print("\n".join([*verdict.told[:20], output[-3000:]]), markup=False)
    sys.exit(1)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.kill_runs", description=__doc__)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--symbols", nargs="+", default=list(SYMBOLS))
    given = parser.parse_args()
    console.print(f"seed {given.seed}, {given.kills} kills, {' '.join(given.symbols)}")
    root = Path(tempfile.mkdtemp(prefix="tapehouse-kills-"))
    tally = sweep(root, given.kills, given.seed, given.symbols)
    seconds = sorted(tally.recovery_seconds)
    console.print(
        f"{tally.chains} chains, recovery {seconds[len(seconds) // 2]:.1f} s median, "
        f"{seconds[-1]:.1f} s longest"
    )
    console.print(tally.closing())
    passed = all(verdict.passed for verdict in tally.verdicts)
    if passed:
        shutil.rmtree(root)
    sys.exit(0 if passed else 1)


if __name__ == "__main__":
    main()
