"""The `tapehouse` command."""

from __future__ import annotations

import logging
import os
import signal
import sys
from importlib import import_module

import typer
from typer import _click as click

from cli.watch import complain
from warehouse import errors, logs, runs
from warehouse.errors import TapehouseError

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


def _unexpected(error: Exception) -> int:
    logs.get(__name__).exception("unexpected error")
    text = logs.one_line(logs.redact(f"{type(error).__name__}: {error}"))
    sys.stderr.write(f"unexpected error: {text}\n  next: see logs/errors.log\n")
    return errors.INTERNAL


def main() -> None:
    """Run a command; every ending has its exit code (docs/cli.md lists them)."""
    # What cannot be logged, on a full disk say, is no news for the terminal.
    logging.raiseExceptions = False
    # A supervisor's stop is a person's Ctrl-C: steps are journalled, locks are freed.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, runs.stop)
    try:
        code = app(standalone_mode=False)
    except TapehouseError as error:
        complain(error)
        code = error.exit_code
    except typer.Exit as end:
        code = end.exit_code
    except click.ClickException as error:
        error.show()
        code = errors.USAGE
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except Exception as error:
        if told := errors.full_disk(error, "running " + " ".join(["tapehouse", *sys.argv[1:2]])):
            complain(told)
            sys.exit(told.exit_code)
        # DuckDB tells of a stop in words of its own.
        code = errors.STOPPED if runs.told_to_stop() else _unexpected(error)
    if code == errors.STOPPED:
        sys.stderr.write("stopped: what was landed is kept, the same command goes on from there\n")
    sys.exit(code if isinstance(code, int) else 0)
