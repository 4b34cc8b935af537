"""The command answers as its users expect: help with examples, exit codes, clear errors."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import typer.main
from command_line import tapehouse

from cli.main import app
from warehouse.folder import DataFolder
from warehouse.lock import writer_lock_path
from warehouse.settings import PROJECT

HOLD = (
    "import sys, time; from pathlib import Path; from warehouse.lock import FileLock;"
    "FileLock(Path(sys.argv[1]), 'the nightly build').take(); print('held', flush=True);"
    "time.sleep(120)"
)


def commands() -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []

    def walk(group: object, path: tuple[str, ...]) -> None:
        for name, command in group.commands.items():  # type: ignore[attr-defined]
            if hasattr(command, "commands"):
                walk(command, (*path, name))
            else:
                found.append((*path, name))

    walk(typer.main.get_command(app), ())
    return found


def test_every_command_has_help_with_an_example() -> None:
    root = typer.main.get_command(app)
    for path in commands():
        command: object = root
        for name in path:
            command = command.commands[name]  # type: ignore[attr-defined]
        assert "Example: `tapehouse" in (command.help or ""), path  # type: ignore[attr-defined]


def test_an_unknown_option_is_a_usage_error(tmp_path: Path) -> None:
    assert tapehouse(tmp_path, "run", "--nonsense", check=False).returncode == 64


def test_a_config_error_names_file_and_line(tmp_path: Path) -> None:
    config = tmp_path / "own.toml"
    config.write_text('[landing]\nformat = "parquet"\n\n[log]\nlevel = "shouting"\n')
    done = tapehouse(tmp_path / "data", "status", "--config", str(config), check=False)
    assert done.returncode == 78
    assert f"{config}, line 5" in done.stderr
    assert "next:" in done.stderr


def test_reading_before_anything_is_published_says_what_to_do(tmp_path: Path) -> None:
    done = tapehouse(tmp_path, "sql", "select 1", check=False)
    assert done.returncode == 70
    assert "nothing is published yet" in done.stderr
    assert "tapehouse run" in done.stderr


def test_a_second_writer_exits_75_and_names_the_first(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    folder.prepare("sandbox")
    child = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(writer_lock_path(tmp_path))],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout
    child.stdout.readline()
    try:
        done = tapehouse(tmp_path, "load", check=False)
    finally:
        child.kill()
        child.wait()
        child.stdout.close()
    assert done.returncode == 75
    assert str(child.pid) in done.stderr
    assert "the nightly build" in done.stderr


def test_market_answers_with_its_exit_code(demo: DataFolder, tmp_path: Path) -> None:
    assert "XNYS is open" in tapehouse(demo.root, "market", "should-start").stdout
    closed = tapehouse(demo.root, "market", "should-start", "tokyo", check=False)
    assert closed.returncode == 1
    assert "XTKS is closed: opens 2026-03-12 00:00 UTC" in closed.stdout
    assert "24/7 is open" in tapehouse(tmp_path, "market", "status", "crypto").stdout


def test_quote_shows_prices_and_says_which_it_has_not(demo: DataFolder) -> None:
    done = tapehouse(demo.root, "quote", "AAPL", "BTCUSDT")
    assert "AAPL" in done.stdout
    assert "binance" in done.stdout
    missing = tapehouse(demo.root, "quote", "NOPE", check=False)
    assert missing.returncode == 1
    assert "NOPE" in missing.stdout


def test_sql_prints_csv_for_machines_and_refuses_writing(demo: DataFolder) -> None:
    done = tapehouse(
        demo.root, "sql", "--csv", "select symbol from latest_prices where symbol = 'AAPL'"
    )
    assert done.stdout == "symbol\nAAPL\n"
    wrong = tapehouse(demo.root, "sql", "drop table daily_bars", check=False)
    assert wrong.returncode == 64
    assert "read-only" in wrong.stderr


def test_status_tells_steps_writer_and_copy(demo: DataFolder) -> None:
    done = tapehouse(demo.root, "status")
    for word in ("sandbox", "nobody", "market-", "extract", "publish", "ok"):
        assert word in done.stdout


def test_quarantine_and_quality_show_what_was_set_aside_with_its_reason(demo: DataFolder) -> None:
    listed = tapehouse(demo.root, "quarantine", "list", "-n", "500").stdout
    assert "price_relations" in listed
    assert "ten" in listed
    assert "null_bar" in listed or "null_bar" in tapehouse(demo.root, "quality").stdout


def test_universe_add_follows_a_symbol_and_run_fetches_it(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    folder.prepare("sandbox")
    assert "added BRK-B" in tapehouse(tmp_path, "universe", "add", "BRK-B").stdout
    assert "BRK-B" in tapehouse(tmp_path, "universe", "list").stdout
    tapehouse(tmp_path, "run", "BRK-B", "--steps", "extract,load", "--interval", "1d")
    lines = (tmp_path / "landing" / "manifest.jsonl").read_text().splitlines()
    assert any(json.loads(line)["table_name"] == "yahoo_bars" for line in lines)


def test_universe_rename_and_delist_say_what_they_did(tmp_path: Path) -> None:
    DataFolder(tmp_path).prepare("sandbox")
    renamed = tapehouse(tmp_path, "universe", "rename", "ORCL", "ORC", "--on", "2026-03-02")
    assert "instrument 11, Oracle: ORCL until 2026-03-02, ORC since" in renamed.stdout
    ended = tapehouse(tmp_path, "universe", "delist", "ORC", "--on", "2026-03-06")
    assert "instrument 11, Oracle: delisted on 2026-03-06" in ended.stdout
    again = tapehouse(tmp_path, "universe", "delist", "ORC", "--on", "2026-03-06", check=False)
    assert again.returncode == 64
    assert "tapehouse universe list" in again.stderr


def test_go_live_moves_the_sandbox_aside_and_mixes_nothing(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    folder.prepare("sandbox")
    (folder.landing / "kept.txt").write_text("made up")
    done = tapehouse(tmp_path, "go-live")
    assert "sandbox" in done.stdout
    assert folder.origin == "real"
    assert list(tmp_path.glob("sandbox-*/landing/kept.txt"))
    assert list(folder.landing.iterdir()) == []
