"""Options that many commands share, and how each command begins."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from warehouse import logs, settings
from warehouse.settings import Settings

Config = Annotated[
    Path | None, typer.Option("--config", help="Settings file to use instead of tapehouse.toml.")
]
Verbose = Annotated[
    bool, typer.Option("--verbose", "-v", help="Log every step in detail to logs/tapehouse.log.")
]
Wait = Annotated[
    float, typer.Option("--wait", help="Seconds to wait for another writer before giving up.")
]
Symbols = Annotated[list[str] | None, typer.Argument(help="Only these symbols of the universe.")]
Providers = Annotated[
    list[str] | None, typer.Option("--provider", "-p", help="Only this provider; may be repeated.")
]
Intervals = Annotated[
    list[str] | None, typer.Option("--interval", "-i", help="Only this interval; may be repeated.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def begin(config: Path | None = None, verbose: bool = False) -> Settings:
    """Read the settings, make the folders, start the logs."""
    found = settings.load(config)
    found.folder.prepare()
    logs.configure(found.folder.logs, found.log, verbose)
    return found
