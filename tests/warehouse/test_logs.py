"""Logs carry the run, one line an event, and no secret."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading

import pytest

from warehouse import logs, settings
from warehouse.folder import DataFolder
from warehouse.settings import PROJECT, LogSection

CANARY = "canary-3f9a7c"
CHILD = """
import sys
from pathlib import Path
from warehouse import logs
from warehouse.settings import LogSection
logs.configure(Path(sys.argv[1]), LogSection(format="json"))
logs.get("child").info("in a child")
"""


@pytest.fixture(autouse=True)
def _quiet_after() -> None:
    yield
    root = logging.getLogger()
    for handler in [one for one in root.handlers if getattr(one, "is_ours", False)]:
        root.removeHandler(handler)
        handler.close()
    threading.excepthook = threading.__excepthook__


def test_secrets_are_hidden_by_name_and_by_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FMP_API_KEY", CANARY)
    assert CANARY not in logs.redact(f"GET https://x/y?symbol=A&apikey={CANARY} failed")
    assert CANARY not in logs.redact(f"the service said: {CANARY} is not valid")
    assert logs.redact("https://x/y?apikey=other-value&b=1") == "https://x/y?apikey=***&b=1"


def test_a_log_line_holds_run_and_no_secret_even_in_a_traceback(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MASSIVE_API_KEY", CANARY)
    logs.configure(folder.logs, LogSection(format="json"))
    logs.bind_run(12)
    log = logs.get("test")
    try:
        raise ValueError(f"https://h/p?apiKey={CANARY}")
    except ValueError:
        log.exception("it broke", url=f"https://h/p?token={CANARY}")
    logging.getLogger("some.library").error("failed with key %s", CANARY)
    logs.bind_run(None)
    text = (folder.logs / "tapehouse.log").read_text()
    assert CANARY not in text
    first = json.loads(text.splitlines()[0])
    assert first["run_id"] == 12
    assert "ValueError" in first["exception"]
    assert CANARY not in (folder.logs / "errors.log").read_text()


def test_text_of_others_stays_on_its_line(folder: DataFolder) -> None:
    logs.configure(folder.logs, LogSection())
    logs.get("test").info("answer", body="first\nsecond \x1b[31mred")
    lines = (folder.logs / "tapehouse.log").read_text().splitlines()
    assert len(lines) == 1
    assert "\x1b" not in lines[0]


def lines_of(folder: DataFolder, name: str = "tapehouse.log") -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder.logs / name).read_text().splitlines()]


def test_threads_and_children_of_a_run_name_it_too(folder: DataFolder) -> None:
    logs.configure(folder.logs, LogSection(format="json"))
    logs.bind_run(31)
    thread = threading.Thread(target=lambda: logs.get("thread").info("in a thread"))
    thread.start()
    thread.join()
    logging.getLogger("library").warning("of a library")
    subprocess.run([sys.executable, "-c", CHILD, str(folder.logs)], cwd=PROJECT, check=True)
    logs.bind_run(None)
    logs.get("after").info("after the run")
    found = [
        (one["event"], one.get("run_id"))
        for one in lines_of(folder)
        # An exchange that another test has in this process may say something too.
        if one["logger"] != "aiohttp.server"
    ]
    assert found == [
        ("in a thread", 31),
        ("of a library", 31),
        ("in a child", 31),
        ("after the run", None),
    ]


@pytest.mark.parametrize("written", ["text", "json"])
def test_no_way_of_logging_lets_a_secret_through(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch, written: str
) -> None:
    address = f"https://hooks.example.test/services/{CANARY}"
    monkeypatch.setenv("FMP_API_KEY", f'{CANARY}"quoted\\')
    monkeypatch.setenv("MASSIVE_API_KEY", CANARY)
    monkeypatch.setenv("ALERTS_SMTP_PASSWORD", CANARY)
    monkeypatch.setenv("TAPEHOUSE_ALERTS__SLACK__URL", address)
    found = settings.load()
    assert CANARY not in repr(found) + str(found) + repr(found.model_dump())
    logs.configure(folder.logs, LogSection(format=written))
    log = logs.get("test")
    log.info("values", all=found, key={"apikey": "other-secret"}, nested=[{"x": (CANARY,)}])
    log.info("names", password="other-secret", error=ValueError(address), raw=CANARY.encode())
    try:
        try:
            raise ValueError(f"first {address}")
        except ValueError as first:
            raise RuntimeError(f'second {CANARY}"quoted\\') from first
    except RuntimeError as error:
        log.exception("chained")
        logging.getLogger("library").exception("foreign %r", {"key": CANARY})
        logging.getLogger("library").error("tuple", exc_info=(type(error), error, None))
    died = threading.Thread(target=lambda: int(f"https://x?token={CANARY}"))
    died.start()
    died.join()
    for name in ("tapehouse.log", "errors.log"):
        text = (folder.logs / name).read_text()
        assert CANARY not in text
        assert "other-secret" not in text
        assert "RuntimeError" in text
        assert "a thread died" in text


@pytest.mark.parametrize("written", ["text", "json"])
def test_a_traceback_cannot_forge_a_line(folder: DataFolder, written: str) -> None:
    logs.configure(folder.logs, LogSection(format=written))
    try:
        raise ValueError("bad\n2026-01-01T00:00:00Z [info     ] all is well \x1b[32m\u202e")
    except ValueError:
        logs.get("test").exception("provider said\nnothing")
    text = (folder.logs / "tapehouse.log").read_text()
    assert "\x1b" not in text
    assert "\u202e" not in text
    begun = [line for line in text.splitlines() if not line.startswith("  ")]
    assert len(begun) == 1


def test_errors_have_a_file_of_their_own(folder: DataFolder) -> None:
    logs.configure(folder.logs, LogSection(format="json"))
    log = logs.get("test")
    log.info("fine")
    log.warning("hm")
    log.error("broken")
    assert [one["event"] for one in lines_of(folder)] == ["fine", "hm", "broken"]
    assert [one["event"] for one in lines_of(folder, "errors.log")] == ["broken"]
