"""The sheets land as the providers' raw tables, are loaded and built as any run does it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from bench.agreement import given
from bench.agreement.market import CLOSE, Sheet
from extract import raw_tables, reference
from extract.landing import Landing
from extract.request_log import RequestLog, RequestRecord
from extract.universe import FIRST_PERSONAL_ID, Instrument, files
from warehouse import clock, database, dbt_runner
from warehouse.folder import DataFolder

BUILT = "tag:staging +source_agreement +quarantined_rows"
RUN = 1
SETTLED = timedelta(days=10)


@contextmanager
def warehouse_of(sheets: Sequence[Sheet], root: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    folder = DataFolder(root)
    folder.prepare("sandbox")
    files.write(folder.personal_universe, list(_instruments(sheets)))
    landing = Landing(folder)
    now = max(sheet.bars[-1][1] for sheet in sheets) + SETTLED
    clock.use(lambda: now)
    try:
        reference.land_sessions(landing, RUN)
        reference.land_personal_universe(landing, RUN)
        _land(landing, sheets)
        raw_tables.load(folder, landing)
        dbt_runner.build(folder, "dev", select=BUILT)
    finally:
        clock.use(None)
    with database.connect(folder.warehouse, read_only=True) as connection:
        yield connection


def _instruments(sheets: Sequence[Sheet]) -> Iterator[Instrument]:
    named = [(sheet, symbol) for sheet in sheets for symbol in sheet.symbols]
    for number, (sheet, symbol) in enumerate(named):
        at = {one: given.symbol_at(one, symbol) for one in sheet.seen}
        yield Instrument(
            instrument_id=FIRST_PERSONAL_ID + number,
            symbol=symbol,
            name=symbol,
            asset_class=sheet.asset_class,
            calendar=sheet.calendar,
            currency="USD" if sheet.asset_class == "stock" else "USDT",
            groups="simulated",
            listed_on=None,
            delisted_on=None,
            known_at=datetime(2000, 1, 1),
            yahoo_symbol=at.get("yahoo"),
            binance_symbol=at.get("binance"),
            massive_symbol=at.get("massive"),
            fmp_symbol=at.get("fmp"),
            alpha_vantage_symbol=at.get("alpha_vantage"),
        )


def _land(landing: Landing, sheets: Sequence[Sheet]) -> None:
    """Splits and dividends are asked for beside the bars that they explain."""
    log = RequestLog(RUN)
    for sheet in sheets:
        acts = sheet.asset_class == "stock"
        for provider in sheet.seen:
            tables: list[tuple[str, pa.Table]] = []
            if acts and provider in given.SPLIT_ADJUSTED:
                request_id = _request(log, provider, "actions", sheet.interval, 0)
                tables.append((f"{provider}_splits", given.splits(sheet, provider, request_id)))
                if provider == "yahoo":
                    tables.append(("yahoo_dividends", given.dividends(sheet, request_id)))
            held = int((~np.isnan(sheet.seen[provider][:, :, CLOSE])).sum())
            request_id = _request(log, provider, "bars", sheet.interval, held)
            tables.append((f"{provider}_bars", given.bars(sheet, provider, request_id)))
            landing.accept(RUN, [*tables, ("requests", log.drain())])


def _request(log: RequestLog, provider: str, endpoint: str, interval: str, row_count: int) -> int:
    request_id = log.next_id()
    log.add(
        RequestRecord(
            request_id, RUN, provider, endpoint, "agreement", None, "", interval, "history", "",
            1, clock.now(), outcome="ok", row_count=row_count,
        )
    )  # fmt: skip
    return request_id
