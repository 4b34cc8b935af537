"""The doctor: each fault is caused, found, and told with the way to mend it."""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import metadata
from pathlib import Path

import pytest
from alerting import like, published_with
from command_line import tapehouse

from extract.landing import Landing
from extract.plan import Choice
from flows.doctor import machine, programs
from flows.doctor.examination import examine, exit_code
from flows.doctor.findings import Found
from flows.run import run
from flows.server.place import Place
from sandbox import Exchange
from warehouse import clock
from warehouse.folder import DataFolder
from warehouse.settings import Settings

CANARY = "canary-5d21aa"
NOBODY = "http://127.0.0.1:9"


def looked(name: str, offline: bool = True, config: Path | None = None) -> list[Found]:
    found = examine(config, asks_others=not offline, reads_all=True)
    broken = [one for one in found if "could not be looked at" in one.said]
    assert not broken
    return [one for one in found if one.name == name]


def the(name: str, offline: bool = True, config: Path | None = None) -> Found:
    (found,) = looked(name, offline, config)
    return found


@contextmanager
def serving(off_by: timedelta) -> Iterator[str]:
    """A server whose clock is another one."""

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.send_response_only(200)
            now = clock.system_now().replace(tzinfo=UTC) + off_by
            self.send_header("Date", format_datetime(now, usegmt=True))
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def alike(
    demo: DataFolder, folder: DataFolder, exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> DataFolder:
    """A sandbox folder with the demo's published copy, at the hour of the test's exchange."""
    monkeypatch.setenv("TAPEHOUSE_DATA_DIR", str(folder.root))
    monkeypatch.setenv("TAPEHOUSE_SANDBOX__URL", exchange.url)
    like(demo, folder)
    return folder


def test_nothing_is_found_where_all_is_well(alike: DataFolder) -> None:
    found = examine()
    assert [one for one in found if one.is_finding] == []
    assert exit_code(found) == 0
    assert the("clock", offline=False).state == "ok"


def test_a_folder_that_nobody_used_is_no_fault_and_stays_unused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAPEHOUSE_DATA_DIR", str(tmp_path / "data"))
    found = examine(asks_others=False)
    assert exit_code(found) == 0
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("seconds", "state"), [(0, "ok"), (-1, "ok"), (60, "warn"), (-60, "warn"), (900, "bad")]
)
def test_a_clock_that_is_off_is_told(
    own_settings: Settings, monkeypatch: pytest.MonkeyPatch, seconds: int, state: str
) -> None:
    with serving(timedelta(seconds=seconds)) as url:
        monkeypatch.setenv("TAPEHOUSE_PROVIDERS__YAHOO__BASE_URL", url)
        found = the("clock", offline=False)
    assert found.state == state
    assert ("time server" in found.mend) is (state != "ok")


def test_a_machine_that_is_offline_is_no_finding(
    own_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("YAHOO", "BINANCE", "MASSIVE"):
        monkeypatch.setenv(f"TAPEHOUSE_PROVIDERS__{name}__BASE_URL", NOBODY)
    found = the("clock", offline=False)
    assert (found.state, found.is_finding) == ("not checked", False)


def test_a_disk_without_room_or_without_inodes_is_told(
    own_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAPEHOUSE_ALERTS__RULES__DISK_LOW__FREE_MB", "1000000000")
    monkeypatch.setattr(machine, "LEAST_INODES", 10**18)
    assert (the("disk").state, the("inodes").state) == ("bad", "bad")
    assert "free some space" in the("disk").mend


def test_packages_that_are_not_the_locked_ones_are_told(
    own_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "requirements.lock").write_text(
        "dlt==0.1 \\\n    --hash=sha256:00\nduckdb==1.5.6\n"
    )
    monkeypatch.setattr(programs, "PROJECT", tmp_path)
    found = the("packages")
    assert found.state == "warn"
    assert found.said.startswith("not as locked: dlt ")
    assert "instead of 0.1" in found.said
    assert found.mend == "make setup"


def test_an_engine_that_loses_rows_and_a_python_that_is_too_old_are_told(
    own_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = metadata.version
    monkeypatch.setattr(metadata, "version", lambda one: "1.4.4" if one == "duckdb" else real(one))
    monkeypatch.setattr(programs, "PYTHON", ((3, 98), (3, 99)))
    assert "duckdb>=1.5.6" in the("duckdb").mend
    assert the("python").state == "bad"


def test_a_copy_whose_calendar_is_another_one_is_told(alike: DataFolder) -> None:
    published_with(
        alike,
        "update trading_sessions set closes_at = closes_at - interval 3 hours "
        "where calendar = 'XNYS' and session_date = '2026-03-12'",
        "delete from trading_sessions where calendar = 'CMES' and session_date = '2026-03-13'",
    )
    found = the("calendar of the copy")
    assert found.state == "warn"
    assert "XNYS 2026-03-12" in found.said
    assert "CMES 2026-03-13" in found.said
    assert "tapehouse run" in found.mend


def test_who_holds_the_lock_for_how_long_is_told(
    own_settings: Settings, other_writer: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert the("writer").state == "ok"
    assert "another program" in the("writer").said
    monkeypatch.setenv("TAPEHOUSE_ALERTS__RULES__WRITER_STUCK__MINUTES", "0")
    assert the("writer").state == "warn"
    assert "look what process" in the("writer").mend


def test_every_setting_that_is_wrong_is_told_with_its_line(
    own_settings: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "own.toml"
    file.write_text('[log]\nlevel = "loud"\n\n[alerts.rules.stale]\nshare = 7\n')
    found = examine(file, asks_others=False)
    said = [one.said for one in found if one.name == "settings"]
    assert [f"line {number}:" in line for number, line in zip((2, 5), said, strict=True)] == [
        True,
        True,
    ]
    assert exit_code(found) == 78
    assert [one.state for one in found if one.name == "python"] == ["ok"]


def test_keys_are_told_by_their_provider_alone(
    own_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FMP_API_KEY", CANARY)
    found = examine(asks_others=False)
    assert the("keys").said.startswith("of fmp; none of massive (MASSIVE_API_KEY)")
    assert CANARY not in repr(found)


def test_landing_that_is_damaged_or_has_lost_a_line_is_told(at_exchange: Settings) -> None:
    run(at_exchange, ("extract",), Choice(("AAPL",), ("yahoo",), ("1d",)))
    assert the("landing").state == "ok"
    landed = Landing(at_exchange.folder)
    lines = list(landed.manifest.lines())
    path = at_exchange.folder.landing / lines[-1].path
    whole = path.read_bytes()
    path.write_bytes(whole[:-3])
    found = the("landing")
    assert found.said.startswith(f"1 of {len(lines)} files are damaged: {lines[-1].path}")
    assert "asked again" in found.mend
    path.write_bytes(whole)
    kept = landed.manifest.path.read_bytes().splitlines(keepends=True)
    landed.manifest.path.write_bytes(b"".join(kept[:1] + kept[2:]))
    found = the("landing")
    assert (found.state, "line 2" in found.said) == ("bad", True)
    assert "backup" in found.mend


def test_a_warehouse_that_was_left_or_is_damaged_is_told(own_settings: Settings) -> None:
    folder = own_settings.folder
    folder.warehouse.write_bytes(b"no database")
    found = the("warehouse")
    assert (found.state, "tapehouse rebuild" in found.mend) == ("bad", True)
    Path(f"{folder.warehouse}.wal").write_bytes(b"")
    found = the("warehouse")
    assert (found.state, "tapehouse run" in found.mend) == ("warn", True)


def test_a_copy_that_is_old_in_market_time_or_cannot_be_opened_is_told(
    alike: DataFolder, exchange: Exchange
) -> None:
    exchange.set_clock(datetime(2026, 3, 12, 12, 0))
    assert the("published").state == "ok"
    exchange.set_clock(datetime(2026, 3, 15, 12, 0))
    found = the("published")
    # From 15:00 to the close at 20:00, and two days of 390 minutes; then a weekend.
    assert (found.state, "1,080 minutes of open market ago" in found.said) == ("warn", True)
    log = Path(f"{alike.market}.wal")
    log.write_bytes(b"")
    assert any("move that log away" in one.mend for one in looked("published"))
    log.unlink()
    alike.market.unlink()
    alike.market.symlink_to("published/market-000099.duckdb")
    assert the("published").state == "bad"
    assert "tapehouse publish" in the("published").mend


def test_a_ledger_that_is_damaged_is_told_and_left_as_it_is(own_settings: Settings) -> None:
    path = own_settings.budgets_file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"no ledger" * 1000)
    try:
        found = the("budgets")
        assert (found.state, "sets it aside" in found.mend) == ("bad", True)
        assert path.read_bytes() == b"no ledger" * 1000
    finally:
        path.unlink()


def test_files_with_secrets_that_others_may_read_are_told(
    own_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "PROJECT", tmp_path)
    own, file = tmp_path / ".env", tmp_path / "own.toml"
    own.write_text("FMP_API_KEY=x\n")
    file.write_text('[alerts.slack]\nurl = "https://hooks.example.test/services/canary"\n')
    os.chmod(own, 0o640)
    os.chmod(file, 0o644)
    found = looked("file modes", config=file)
    assert [one.mend for one in found] == [f"chmod 600 {own}", f"chmod 600 {file}"]
    os.chmod(own, 0o600)
    os.chmod(file, 0o600)
    assert {one.state for one in looked("file modes", config=file)} == {"ok"}


def test_a_server_that_is_up_and_silent_is_told_by_the_command(folder: DataFolder) -> None:
    with Place(folder, 1).lock.held(), socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = str(found.getsockname()[1])
        answer = tapehouse(
            folder.root, "doctor", "--offline", "--json", check=False, TAPEHOUSE_PREFECT__PORT=port
        )
    assert answer.returncode == 1, answer.stderr
    told = json.loads(answer.stdout)
    assert told["exit_code"] == 1
    (wrong,) = [one for one in told["findings"] if one["state"] in ("warn", "bad")]
    assert (wrong["name"], "`tapehouse up`" in wrong["mend"]) == ("prefect", True)
