"""Structured logs with the run's id on each line, and the one place that hides secrets."""

from __future__ import annotations

import logging
import re
from collections.abc import MutableMapping
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

import structlog

from warehouse.settings import LogSection, secret_values

HIDDEN = "***"
SECRET_PARAMETERS = re.compile(
    r"(?i)\b(api[_-]?key|apikey|access[_-]?token|token|crumb|signature|secret|password)"
    r"(\"?\s*[=:]\s*\"?)([^&\s\"'<>,;)]+)"
)
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")

_registered: list[str] = []


def register_secret(value: str) -> None:
    """Make sure that a value read somewhere else is hidden too."""
    if len(value) >= 6 and value not in _registered:
        _registered.append(value)


def redact(text: str) -> str:
    """The text without the value of any secret, known by its name or by itself."""
    for value in (*_registered, *secret_values()):
        text = text.replace(value, HIDDEN)
    return SECRET_PARAMETERS.sub(lambda found: found[1] + found[2] + HIDDEN, text)


def one_line(text: str) -> str:
    """Text of others cannot start a new line or colour the terminal."""
    return CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text.replace("\n", "\\n"))


def _clean(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {
        key: one_line(redact(value)) if isinstance(value, str) and key != "exception" else value
        for key, value in event.items()
    }


def _clean_exception(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    if isinstance(event.get("exception"), str):
        event["exception"] = redact(event["exception"])
    return event


def configure(folder: Path, section: LogSection, verbose: bool = False) -> None:
    """Write to `logs/`: everything in one file, errors in a second, both rotated by size."""
    folder.mkdir(parents=True, exist_ok=True)
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
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
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
    )
    root = logging.getLogger()
    for handler in [found for found in root.handlers if getattr(found, "is_ours", False)]:
        root.removeHandler(handler)
        handler.close()
    level = logging.DEBUG if verbose else getattr(logging, section.level.upper())
    for name, least in (("tapehouse.log", level), ("errors.log", logging.ERROR)):
        file = RotatingFileHandler(
            folder / name,
            maxBytes=section.max_mb * 1024 * 1024,
            backupCount=section.keep_files,
            encoding="utf-8",
            delay=True,
        )
        file.setLevel(least)
        file.setFormatter(formatter)
        file.is_ours = True  # type: ignore[attr-defined]
        root.addHandler(file)
    root.setLevel(level)
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
    if run_id is None:
        structlog.contextvars.unbind_contextvars("run_id")
    else:
        structlog.contextvars.bind_contextvars(run_id=run_id)


def get(name: str) -> Any:
    return structlog.get_logger(name)
