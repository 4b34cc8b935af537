"""A data folder beside a sandbox exchange whose clock runs on like the machine's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from extract.plan import Choice
from extract.universe import FIRST_PERSONAL_ID
from extract.universe.edits import guessed
from extract.universe.files import write
from flows.run import Report, run
from publish import open_market
from sandbox import Exchange
from warehouse import logs
from warehouse.errors import TapehouseError
from warehouse.settings import Settings, export_for_children


@dataclass
class World:
    settings: Settings
    exchange: Exchange

    def follow(self, symbols: Sequence[str], listed_on: date) -> None:
        """Instruments of which nothing is expected before that day."""
        since = datetime(2000, 1, 1)
        own = [
            replace(
                guessed(symbol, FIRST_PERSONAL_ID + number), listed_on=listed_on, known_at=since
            )
            for number, symbol in enumerate(symbols)
        ]
        write(self.settings.folder.personal_universe, own)

    def tell_children(self) -> None:
        """Processes that begin from now on live in this world too."""
        export_for_children(
            TAPEHOUSE_DATA_DIR=self.settings.folder.root, TAPEHOUSE_SANDBOX__URL=self.exchange.url
        )

    def run(self, choice: Choice | None = None) -> Report:
        """A run in which nothing may fail."""
        report = run(self.settings, choice=choice)
        if report.errors:
            raise report.errors[0]
        if report.failures:
            raise TapehouseError(f"{len(report.failures)} units failed: {report.failures[0]}")
        return report

    def asked(self, query: str) -> list[tuple[Any, ...]]:
        with open_market(self.settings.folder.market) as connection:
            return connection.execute(query).fetchall()


@contextmanager
def world(root: Path, now: datetime) -> Iterator[World]:
    settings = Settings(data_dir=root)
    settings.folder.prepare("sandbox")
    logs.configure(settings.folder.logs, settings.log)
    with Exchange(now=now, ticking=True, limits=False) as exchange:
        settings.sandbox.url = exchange.url
        yield World(settings, exchange)
