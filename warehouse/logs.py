"""Structured logs with the run's id on each line, and the one place that hides secrets."""

from __future__ import annotations

import json
import logging
import re
import threading
from collections.abc import Mapping, MutableMapping
from datetime import date
from pathlib import Path
from typing import Any

import structlog

from warehouse import settings
from warehouse.log_files import SharedFile
from warehouse.settings import RUN_ID, LogSection, secret_values

HIDDEN = "***"
SECRET_PARAMETERS = re.compile(
    r"(?i)\b(api[_-]?key|apikey|access[_-]?token|token|crumb|signature|secret|password)"
    r"(\"?\s*[=:]\s*\"?)([^&\s\"'<>,;)]+)"
)
SECRET_NAME = re.compile(r"(?i)api[_-]?key|access[_-]?token|token|crumb|signature|secret|password")
# Beside the ASCII ones: other line ends, and what turns the direction of the text after it.
CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
PLAIN = (bool, int, float, type(None))

_registered: list[str] = []
_run_id: int | None = None


def register_secret(value: str) -> None:
    """Make sure that a value read somewhere else is hidden too."""
    if len(value) >= 6 and value not in _registered:
        _registered.append(value)


def hide_values(text: str) -> str:
    """The text without any secret's value, as it is or as JSON writes it."""
    for value in (*_registered, *secret_values()):
        text = text.replace(value, HIDDEN).replace(json.dumps(value)[1:-1], HIDDEN)
    return text


def redact(text: str) -> str:
    """The text without the value of any secret, known by its name or by itself."""
    return SECRET_PARAMETERS.sub(lambda found: found[1] + found[2] + HIDDEN, hide_values(text))


def one_line(text: str) -> str:
    """Text of others cannot start a new line or colour the terminal."""
    return CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text.replace("\n", "\\n"))


def _clean(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Only what structlog itself put there stays as it is: the record, and the exception's text."""
    return {
        key: value if key.startswith("_") or key in ("exception", "stack") else _cleaned(value, key)
        for key, value in event.items()
    }


def _cleaned(value: Any, name: str = "") -> Any:
    """Text and numbers; anything else as the words that stand for it, redacted."""
    if isinstance(value, PLAIN):
        return value
    if SECRET_NAME.search(name):
        return HIDDEN
    if isinstance(value, Mapping):
        return {key: _cleaned(one, key) for key, one in ((str(k), v) for k, v in value.items())}
    if isinstance(value, list | tuple | set | frozenset):
        return [_cleaned(one) for one in value]
    return one_line(redact(value.isoformat() if isinstance(value, date) else str(value)))


def _clean_exception(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """A traceback keeps its lines, each set in: none can pass for a line of the log."""
    for key in ("exception", "stack"):
        if isinstance(event.get(key), str):
            lines = redact(event[key]).split("\n")
            event[key] = "\n".join("  " + one_line(line) for line in lines)
    return event


def _name_run(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Threads and children of a run are of that run too."""
    if _run_id is not None:
        event.setdefault("run_id", _run_id)
    return event


class _Formatter(structlog.stdlib.ProcessorFormatter):
    """Whatever way a secret came into a line, it does not leave in it."""

    def format(self, record: logging.LogRecord) -> str:
        return hide_values(super().format(record))


def configure(folder: Path, section: LogSection, verbose: bool = False) -> None:
    """Write to `logs/`: everything in one file, errors in a second (warehouse/log_files.py)."""
    folder.mkdir(parents=True, exist_ok=True)
    if _run_id is None:
        _bind_process(settings.run_of_parent())
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        _name_run,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _clean,
        _clean_exception,
    ]
    render: Any = (
        structlog.processors.JSONRenderer()
        if section.format == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    formatter = _Formatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
    )
    root = logging.getLogger()
    for handler in [found for found in root.handlers if getattr(found, "is_ours", False)]:
        root.removeHandler(handler)
        handler.close()
    level = logging.DEBUG if verbose else getattr(logging, section.level.upper())
    for name, least in (("tapehouse.log", level), ("errors.log", logging.ERROR)):
        file = SharedFile(folder / name, section)
        file.setLevel(least)
        file.setFormatter(formatter)
        root.addHandler(file)
    root.setLevel(level)
    threading.excepthook = _thread_died
    for noisy in ("httpx", "httpcore", "dlt", "yfinance", "peewee", "asyncio", "aiohttp"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # Its warnings tell whole addresses, parameters and all.
    logging.getLogger("urllib3").setLevel(logging.ERROR)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def _nowhere(_logger: Any, _method: str, _event: MutableMapping[str, Any]) -> Any:
    raise structlog.DropEvent


# Until `configure` says where logs go, they go nowhere: least of all to the terminal, with the
# values of local variables.
structlog.configure(processors=[_nowhere])


def bind_run(run_id: int | None) -> None:
    """Name the run on every line from now on, in other threads and in child processes too."""
    if run_id is None:
        structlog.contextvars.unbind_contextvars("run_id")
    else:
        structlog.contextvars.bind_contextvars(run_id=run_id)
    _bind_process(run_id)


def _bind_process(run_id: int | None) -> None:
    global _run_id
    _run_id = run_id
    settings.export_for_children(**{RUN_ID: run_id})


def _thread_died(died: threading.ExceptHookArgs) -> None:
    """Python's own way would print the traceback as it is."""
    if died.exc_value is not None and not isinstance(died.exc_value, SystemExit):
        name = died.thread.name if died.thread else ""
        get(__name__).error("a thread died", thread=name, exc_info=died.exc_value)


def get(name: str) -> Any:
    return structlog.get_logger(name)
