"""The `tapehouse` command."""

from __future__ import annotations

import logging
import sys
from importlib import import_module

import typer

from cli.endings import ending_of
from warehouse import errors, runs

app = typer.Typer(
    name="tapehouse",
    help="A market-data warehouse: fetch, check, build, publish and read market data.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

VERBS = (
    "demo", "run", "steps", "asking.backfill", "asking.budget", "rebuild", "quality", "status",
    "quote", "sql", "market", "universe", "sandbox", "docs", "go_live", "trace.explain",
    "trace.diff", "trace.quarantine", "trace.gaps", "modelling.features", "modelling.score",
    "delivery.export", "delivery.report", "delivery.reproduce", "new_provider", "operating.up",
    "operating.down", "operating.compact", "operating.retention", "operating.alerts",
    "operating.doctor",
)  # fmt: skip

for verb in VERBS:
    import_module(f"cli.{verb}").register(app)


def main() -> None:
    # What cannot be logged, on a full disk say, is no news for the terminal.
    logging.raiseExceptions = False
    runs.heed_signals()
    code = ending_of(lambda: app(standalone_mode=False))
    if code == errors.STOPPED:
        sys.stderr.write("stopped: what was landed is kept, the same command goes on from there\n")
    sys.exit(code)
