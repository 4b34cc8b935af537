"""Many processes write one log while it is rotated: every line is there, once and whole."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from warehouse.log_files import SharedFile
from warehouse.settings import PROJECT, LogSection

LINES = 400
WRITER = """
import sys
from pathlib import Path
from warehouse import logs
from warehouse.settings import LogSection
name = sys.argv[2]
section = LogSection(format="json", max_mb=0.05, keep_files=1000)
logs.configure(Path(sys.argv[1]), section)
log = logs.get("test")
sys.stdin.readline()
for number in range(int(sys.argv[3])):
    log.info("written", writer=name, number=number, filler="x" * (37 * number % 900))
"""


def rotated(folder: Path, name: str = "tapehouse.log") -> list[Path]:
    return sorted(folder.glob(f"{name}.*"))


def record(text: str) -> object:
    import logging

    return logging.LogRecord("test", logging.INFO, __file__, 1, text, None, None)


@pytest.fixture
def small(tmp_path: Path) -> SharedFile:
    section = LogSection(max_mb=0.001, keep_files=3, keep_days=2)
    handler = SharedFile(tmp_path / "tapehouse.log", section)
    yield handler
    handler.close()


def test_processes_lose_and_tear_no_line_while_the_file_is_rotated(tmp_path: Path) -> None:
    names = ["a", "b", "c", "d"]
    children = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path), name, str(LINES)],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in names
    ]
    for child in children:
        assert child.stdin
        child.stdin.write("go\n")
        child.stdin.flush()
    for child in children:
        _, said = child.communicate(timeout=120)
        assert child.returncode == 0, said
        assert said == ""
    files = [*rotated(tmp_path), tmp_path / "tapehouse.log"]
    assert len(files) > 5
    found = Counter()
    for path in files:
        for line in path.read_text().splitlines():
            told = json.loads(line)
            found[(told["writer"], told["number"])] += 1
    assert found == {(name, number): 1 for name in names for number in range(LINES)}


def test_a_file_is_rotated_by_size_and_the_oldest_go(small: SharedFile, tmp_path: Path) -> None:
    for number in range(60):
        small.emit(record(f"{number:03d} " + "x" * 100))
    assert len(rotated(tmp_path)) == 3
    kept = "".join(path.read_text() for path in [*rotated(tmp_path), tmp_path / "tapehouse.log"])
    assert "059 " in kept
    assert "000 " not in kept
    assert all(path.stat().st_size <= 1049 for path in rotated(tmp_path))


def test_a_file_of_an_earlier_day_is_rotated_at_the_next_line(
    small: SharedFile, tmp_path: Path
) -> None:
    small.emit(record("of yesterday"))
    path = tmp_path / "tapehouse.log"
    day_before = path.stat().st_mtime - 86_400
    os.utime(path, (day_before, day_before))
    small.emit(record("of today"))
    small.emit(record("of today too"))
    assert [one.read_text() for one in rotated(tmp_path)] == ["of yesterday\n"]
    assert path.read_text() == "of today\nof today too\n"


def test_rotated_files_that_are_too_old_go_at_the_next_start(
    small: SharedFile, tmp_path: Path
) -> None:
    old, young = tmp_path / "tapehouse.log.1", tmp_path / "tapehouse.log.20261125T000000.000000"
    for path, days in ((old, 3), (young, 1)):
        path.write_text("kept\n")
        then = path.stat().st_mtime - days * 86_400
        os.utime(path, (then, then))
    small.prune()
    assert rotated(tmp_path) == [young]


def test_what_cannot_be_written_is_said_once_and_without_its_text(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "tapehouse.log").mkdir()
    handler = SharedFile(tmp_path / "tapehouse.log", LogSection())
    for _ in range(3):
        handler.emit(record("the text of the line"))
    assert capsys.readouterr().err == "cannot write tapehouse.log: IsADirectoryError\n"
