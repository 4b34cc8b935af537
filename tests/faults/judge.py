"""The judge: what a folder holds after it was hurt and ran once more, beside the truth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import duckdb

from extract.landing import Landing
from publish import open_market
from sandbox import TruthBar
from warehouse.folder import DataFolder
from warehouse.lock import FileLock, writer_lock_path

from .trials import Trial
from .truth import SLACK, Key, closed_bars

PRICE_TOLERANCE = Decimal("0.000002")
VOLUME_TOLERANCE = Decimal("0.005")
KEYS = {
    "bar_versions": "instrument_id, interval, opened_at, provider, version_number",
    "daily_bars": "instrument_id, opened_at",
    "intraday_bars": "instrument_id, interval, opened_at",
    "raw.requests": "request_id",
    "raw.landing_files": "file_seq",
}
HELD = """
select symbol, '1d' as interval, opened_at, open_raw, high_raw, low_raw, close_raw, volume_raw
from daily_bars
union all
select symbol, interval, opened_at, open_raw, high_raw, low_raw, close_raw, volume_raw
from intermediate.int_intraday_bars_chosen
"""


@dataclass
class Verdict:
    """What was found wrong, by kind; an empty one is a pass."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    bars: int = 0

    @property
    def passed(self) -> bool:
        return not (self.lost or self.doubled or self.stuck)

    @property
    def told(self) -> list[str]:
        return [*self.lost, *self.doubled, *self.stuck]


def judge(trial: Trial, symbols: Sequence[str]) -> Verdict:
    """Everything that must hold after a run that ended well."""
    verdict = Verdict()
    folder = trial.folder
    verdict.stuck += leftovers(folder)
    if not folder.market.exists():
        verdict.stuck.append("nothing is published")
        return verdict
    with open_market(folder.market).connection as connection:
        verdict.stuck += dead_relations(connection)
        judge_raw(connection, folder, verdict)
        verdict.doubled += [
            said for table, key in KEYS.items() for said in twice(connection, table, key)
        ]
        judge_bars(connection, trial, symbols, verdict)
    return verdict


def judge_raw(connection: duckdb.DuckDBPyConnection, folder: DataFolder, verdict: Verdict) -> None:
    """Each accepted file is loaded once and whole, and each answer's rows are accounted for."""
    booked = dict(
        connection.execute(
            "select file_seq, any_value(state) from raw.landing_files group by file_seq"
        ).fetchall()
    )
    accepted: dict[str, int] = {}
    for group in Landing(folder).manifest.groups():
        for line in group:
            if booked.pop(line.file_seq, "not loaded") != "loaded":
                verdict.lost.append(f"{line.path} was accepted and is not loaded")
            accepted[line.table_name] = accepted.get(line.table_name, 0) + line.row_count
    verdict.doubled += [f"file_seq {number} is loaded, not accepted" for number in booked]
    for table, rows in accepted.items():
        held = _number(connection, f"select count(*) from raw.{table}")
        wrong = verdict.lost if held < rows else verdict.doubled
        if held != rows:
            wrong.append(f"raw.{table} holds {held} rows of {rows} accepted")
        verdict.doubled += twice(connection, f"raw.{table}", "file_seq, row_number")
    verdict.lost += unaccounted(connection)


def unaccounted(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Rows received = landed + rejected, for every request."""
    tables = [
        name
        for (name,) in connection.execute(
            "select table_name from information_schema.columns "
            "where table_schema = 'raw' and column_name = 'request_id' "
            "and table_name not in ('requests')"
        ).fetchall()
    ]
    landed = " union all ".join(f"select request_id from raw.{table}" for table in tables)
    wrong = connection.execute(
        f"""
        select requests.request_id, requests.row_count, coalesce(counted.landed, 0)
        from raw.requests
        left join (
            select request_id, count(*) as landed from ({landed}) group by request_id
        ) as counted on requests.request_id = counted.request_id
        where coalesce(requests.row_count, 0) != coalesce(counted.landed, 0)
        """
    ).fetchall()
    return [f"request {key} brought {rows} rows, {held} are held" for key, rows, held in wrong]


def judge_bars(
    connection: duckdb.DuckDBPyConnection,
    trial: Trial,
    symbols: Sequence[str],
    verdict: Verdict,
) -> None:
    """No closed bar inside coverage is missing, and none differs from what the market made."""
    now = trial.exchange.now()
    required = closed_bars(trial.exchange, symbols, now)
    known = closed_bars(trial.exchange, symbols, now, SLACK)
    missing = dict(required)
    for symbol, interval, opened_at, *figures in connection.execute(HELD).fetchall():
        key: Key = (symbol, interval, opened_at)
        missing.pop(key, None)
        verdict.bars += 1
        if key not in known:
            verdict.doubled.append(f"{_name(key)} is held, the market never made it")
        elif not alike(known[key], figures):
            verdict.lost.append(f"{_name(key)} is {figures}, the market made {known[key]}")
    verdict.lost += [f"{_name(key)} is missing" for key in missing]


def alike(bar: TruthBar, figures: list[Decimal]) -> bool:
    *prices, volume = figures
    truths = (bar.open, bar.high, bar.low, bar.close)
    return (
        all(
            abs(price - truth) <= abs(truth) * PRICE_TOLERANCE
            for price, truth in zip(prices, truths, strict=True)
        )
        and abs(volume - bar.volume) <= bar.volume * VOLUME_TOLERANCE
    )


def twice(connection: duckdb.DuckDBPyConnection, table: str, key: str) -> Iterator[str]:
    count = _number(
        connection,
        f"select count(*) from (select {key} from {table} group by {key} having count(*) > 1)",
    )
    if count:
        yield f"{table} holds {count} keys twice"


def dead_relations(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """Tables and views of the copy that do not answer."""
    for schema, name in connection.execute(
        "select table_schema, table_name from information_schema.tables"
    ).fetchall():
        try:
            connection.execute(f'select * from "{schema}"."{name}" limit 0').fetchall()
        except duckdb.Error as error:
            yield f"{schema}.{name} does not answer: {str(error).splitlines()[0]}"


def leftovers(folder: DataFolder) -> list[str]:
    """What nobody will ever need again, and a lock that nobody holds."""
    found = [path for pattern in ("*.tmp", "*.wal") for path in folder.root.rglob(pattern)]
    found += list(folder.runs.glob("*/dlt"))
    accepted = {line.path for line in Landing(folder).manifest.lines()}
    found += [
        path
        for path in folder.landing.rglob("0*.*")
        if path.relative_to(folder.landing).as_posix() not in accepted
    ]
    said = [f"{path.relative_to(folder.root)} is left over" for path in found]
    lock = FileLock(writer_lock_path(folder.root))
    if not lock.try_take():
        said.append(f"the writer's lock is held by {lock.holder()}")
    lock.release()
    return said


def _number(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


def _name(key: Key) -> str:
    symbol, interval, opened_at = key
    return f"{symbol} {interval} {opened_at}"
