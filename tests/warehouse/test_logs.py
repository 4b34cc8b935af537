"""Logs carry the run, one line an event, and no secret."""

from __future__ import annotations

import json
import logging

import pytest

from warehouse import logs
from warehouse.folder import DataFolder
from warehouse.settings import LogSection

CANARY = "canary-3f9a7c"


@pytest.fixture(autouse=True)
def _quiet_after() -> None:
    yield
    root = logging.getLogger()
    for handler in [one for one in root.handlers if getattr(one, "is_ours", False)]:
        root.removeHandler(handler)
        handler.close()


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
