"""`python -m bench.gaps`: live through a quarter full of holes, and judge what became of each."""

from __future__ import annotations

import sys
import tempfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from bench.gap_judge import Findings, Judge
from bench.quarter import INTERVALS, Quarter, draw
from extract import fetch, plan, raw_tables, reference
from extract.landing import Landing
from extract.plan import Choice
from extract.universe import FIRST_PERSONAL_ID
from extract.universe.edits import guessed
from extract.universe.files import write
from flows.origin import pointed_at
from publish import snapshot
from sandbox import Exchange
from sandbox.listings import simulated
from warehouse import clock, database, dbt_runner, logs
from warehouse.errors import TapehouseError
from warehouse.folder import DataFolder
from warehouse.runs import Run
from warehouse.settings import Settings

WANTED = ("+bar_gaps", "completeness", "+daily_bars", "requests", "landing_files")
# Once there, views stay as they are: only what holds rows is built again.
KINDS = ("config.materialized:table", "config.materialized:incremental")
AGAIN = tuple(f"{model},{kind}" for model in WANTED for kind in KINDS)


class Life:
    """One data folder, run by run, by the exchange's clock."""

    def __init__(self, quarter: Quarter, exchange: Exchange, root: Path) -> None:
        self.quarter = quarter
        self.exchange = exchange
        self.folder = DataFolder(root)
        self.settings = pointed_at(Settings(data_dir=root), exchange.url)
        self.landing = Landing(self.folder)
        self.choice = Choice(tuple(quarter.symbols), intervals=INTERVALS)

    def live(self, judge: Judge) -> Findings:
        self.prepare()
        for at in self.quarter.runs:
            self.exchange.set_clock(at)
            for symbol in self.quarter.failing(at):
                self.exchange.add_fault({"match": {"path": f"/chart/{symbol}$"}, "do": "junk_json"})
            self.run()
            self.exchange.clear_faults()
            judge.requests(self.exchange.journal())
            self.exchange.clear_journal()
            judge.ledger(self.folder.market.resolve(), at)
        return judge.end(self.folder.market.resolve())

    def prepare(self) -> None:
        """The quarter's instruments and intervals alone are wanted, and only since it began."""
        self.folder.prepare("sandbox")
        logs.configure(self.folder.logs, self.settings.log)
        start = self.quarter.sessions[0].session_date
        # An index, so that no request goes to splits and dividends that it cannot have.
        own = [
            replace(
                guessed(symbol, FIRST_PERSONAL_ID + number),
                asset_class="index",
                listed_on=start,
                known_at=datetime.min.replace(year=2000),
            )
            for number, symbol in enumerate(self.quarter.symbols)
        ]
        write(self.folder.personal_universe, own)
        self.dbt("seed")
        with database.connect(self.folder.warehouse) as connection:
            connection.execute("update seeds.coverage set coverage_group = 'personal'")
            connection.execute("delete from seeds.coverage where interval = '1m'")

    def run(self) -> None:
        run = Run.start(self.folder)
        try:
            items = plan.make(self.settings, self.landing, self.choice)
            bars = [item for item in items if item.endpoint == "bars"]
            reference.land_sessions(self.landing, run.run_id)
            reference.land_personal_universe(self.landing, run.run_id)
            fetch.fetch(self.settings, self.landing, run.run_id, bars)
            raw_tables.load(self.folder, self.landing)
        finally:
            run.end()
        self.dbt("run", "--select", *(AGAIN if self.folder.market.exists() else WANTED))
        snapshot.publish(self.folder)

    def dbt(self, *arguments: str) -> None:
        answer = dbt_runner.invoke(self.folder, self.settings.profile, arguments)
        if not answer.success:
            broken = [one.message for one in answer.result or () if one.status == "error"]
            raise TapehouseError(f"dbt failed: {answer.exception or broken}")


def live_through(root: Path, instruments: int, sessions: int, troubles: int) -> Findings:
    quarter = draw([one.symbol for one in simulated(instruments)], sessions, troubles)
    with Exchange(now=quarter.runs[0], events=quarter.events, limits=False) as exchange:
        clock.use(exchange.now)
        try:
            return Life(quarter, exchange, root).live(Judge(quarter, exchange.truth))
        finally:
            clock.use(None)


def main() -> None:
    started = clock.monotonic()
    with tempfile.TemporaryDirectory(prefix="tapehouse-gaps-") as root:
        findings = live_through(Path(root), 100, 63, 2000)
    for what in findings.wrong[:20]:
        sys.stdout.write(f"{what}\n")
    sys.stdout.write(f"lived through in {clock.monotonic() - started:.0f} s\n{findings}\n")
    sys.exit(0 if findings.passed else 1)


if __name__ == "__main__":
    main()
