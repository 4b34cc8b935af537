"""A person's keys: what happens without one, and that no byte written anywhere holds one."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

import duckdb
import pyarrow.parquet as pq
import pytest
from command_line import tapehouse
from never_loaded import begin

from sandbox import Exchange
from warehouse import clock
from warehouse.folder import DataFolder
from warehouse.provider_settings import ProvidersSection
from warehouse.settings import PROJECT, SECRET_NAMES, Settings

if TYPE_CHECKING:
    from conftest import Harness

KEYED = ("massive", "fmp", "alpha_vantage")
# With characters that an address encodes.
CANARIES = {name: f"Canary/{number}+{name.title()}=" for number, name in enumerate(SECRET_NAMES)}
CANARIES["DATABASE_URL"] = "postgresql://tapehouse:CanaryWord@127.0.0.1:1/none"
DAYS = ("--interval", "1d")
CRASH = """
import os, sys
from extract import fetch
def fail(source, folder):
    raise RuntimeError("apikey=" + os.environ["FMP_API_KEY"])
fetch._through_dlt = fail
sys.argv = ["tapehouse", "run", "NVDA", "--interval", "1d", "--verbose"]
from cli.main import main
main()
"""
FLOW = """
from flows.market_hours import market_hours
market_hours("us", ["META", "BTCUSDT"], force=True)
"""


@pytest.fixture
def exchange() -> Iterator[Exchange]:
    """A real folder lives by the machine's clock, so its stand-ins do as well."""
    with Exchange(seed=7, now=clock.system_now(), ticking=True) as running:
        yield running


@pytest.fixture
def environment(exchange: Exchange) -> dict[str, str]:
    """Every provider at the exchange, and a key for each that takes one."""
    bases = {
        f"TAPEHOUSE_PROVIDERS__{name.upper()}__BASE_URL": f"{exchange.url}/{name}"
        for name in ProvidersSection.model_fields
        if name != "file_drop"
    }
    # What a free plan allows in a minute is not the point here, nor is patience.
    hasty = {"CALLS_PER_MINUTE": "10000", "PACE_SECONDS": "0", "BACKOFF_SECONDS": "0.05"}
    pace = {
        f"TAPEHOUSE_PROVIDERS__{one.upper()}__{key}": hasty[key] for one in KEYED for key in hasty
    }
    return bases | pace | CANARIES


def forms(secret: str) -> list[bytes]:
    encoded = base64.b64encode(secret.encode()).decode().rstrip("=")
    return [one.encode() for one in (secret, quote(secret, safe=""), quote_plus(secret), encoded)]


WANTED = [form for secret in CANARIES.values() for form in forms(secret)] + [b"CanaryWord"]


def test_no_byte_written_anywhere_holds_a_key(
    folder: DataFolder,
    exchange: Exchange,
    environment: dict[str, str],
    prefect_server: Harness,
    tmp_path: Path,
) -> None:
    folder.prepare("real")
    begin(folder)
    fetching = ("--verbose", "--steps", "plan,extract,load")
    said = [tapehouse(folder.root, "run", "AAPL", "BTCUSDT", *DAYS, *fetching, **environment)]
    asked = {record.dialect for record in exchange.journal()}
    assert asked == {"yahoo", "binance", *KEYED}
    echo_keys(exchange)
    said.append(tapehouse(folder.root, "run", "MSFT", *DAYS, *fetching, check=False, **environment))
    assert "units failed" in said[-1].stdout
    exchange.clear_faults()
    # Else the flow is patient with those that have just said no.
    Settings(data_dir=folder.root).budgets_file.unlink()
    own = {**os.environ, "TAPEHOUSE_DATA_DIR": str(folder.root), **environment}
    said.append(script(CRASH, own))
    assert "unexpected error" in said[-1].stderr
    # All of it is built and published here.
    said.append(script(FLOW, {**prefect_server.environment, **own}))
    assert said[-1].returncode == 0, said[-1].stderr
    told = "".join(one.stdout + one.stderr for one in said)
    assert "***" in told + (folder.logs / "tapehouse.log").read_text(encoding="utf-8")
    assert found_in(told.encode()) == []
    home = Path(prefect_server.environment["PREFECT_HOME"])
    assert [hit for root in (folder.root, home) for hit in hits(root)] == []


def echo_keys(exchange: Exchange) -> None:
    """Answers that say the key back, each in its provider's way."""
    spent = "We have detected your API key as {} and our standard API rate limit is 25 requests per"
    for name, body, status in (
        (
            "alpha_vantage",
            {"Information": spent.format(CANARIES["ALPHA_VANTAGE_API_KEY"]) + " day."},
            200,
        ),
        ("fmp", {"Error Message": f"Invalid API KEY {CANARIES['FMP_API_KEY']}"}, 401),
        ("massive", f"<html>Bearer {CANARIES['MASSIVE_API_KEY']}</html>", 403),
    ):
        exchange.add_fault({"match": {"dialect": name}, "do": {"status": status, "body": body}})


def script(text: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", text],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
    )


def found_in(content: bytes) -> list[bytes]:
    return [form for form in WANTED if form in content]


def hits(root: Path) -> Iterator[tuple[Path, bytes]]:
    """As bytes, and of what compresses its texts also as rows."""
    for path in sorted(root.rglob("*")):
        if not path.is_file() or path.is_symlink():
            continue
        content = path.read_bytes()
        if path.suffix == ".parquet":
            content += str(pq.read_table(path).to_pylist()).encode()
        elif path.suffix == ".duckdb":
            content += texts_of(path)
        yield from ((path, form) for form in found_in(content))


def texts_of(path: Path) -> bytes:
    with duckdb.connect(path, read_only=True) as connection:
        columns = connection.execute(
            """
            select table_schema, table_name, column_name from information_schema.columns
            inner join information_schema.tables using (table_schema, table_name)
            where data_type = 'VARCHAR' and table_type = 'BASE TABLE'
            """
        ).fetchall()
        texts = [
            connection.execute(
                f'select string_agg("{column}", chr(10)) from "{schema}"."{table}"'
            ).fetchone()
            for schema, table, column in columns
        ]
    return "\n".join(str(row[0]) for row in texts if row).encode()


def test_the_search_finds_a_key_that_is_there(tmp_path: Path) -> None:
    secret = CANARIES["FMP_API_KEY"]
    (tmp_path / "plain.log").write_text(f"GET /x?apikey={quote(secret, safe='')}")
    with duckdb.connect(tmp_path / "rows.duckdb") as connection:
        connection.execute("create table kept as select ? as url", [f"?apikey={secret}"])
    assert {path.name for path, _ in hits(tmp_path)} == {"plain.log", "rows.duckdb"}


def test_providers_without_a_key_are_left_out_in_one_line(
    folder: DataFolder, exchange: Exchange, environment: dict[str, str]
) -> None:
    folder.prepare("real")
    keyless = {name: text for name, text in environment.items() if name not in CANARIES}
    keyless |= dict.fromkeys(CANARIES, "")
    done = tapehouse(
        folder.root, "run", "AAPL", *DAYS, "--steps", "plan,extract", check=False, **keyless
    )
    lines = [line for line in done.stdout.splitlines() if "want of a key" in line]
    assert lines == [
        "not asked for want of a key: massive (MASSIVE_API_KEY or POLYGON_API_KEY), "
        "fmp (FMP_API_KEY), alpha_vantage (ALPHA_VANTAGE_API_KEY)"
    ]
    assert {record.dialect for record in exchange.journal()} == {"yahoo"}
