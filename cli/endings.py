"""How work ends: every ending has its exit code (docs/cli.md lists them), and says itself why."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from multiprocessing import get_context

import typer
from typer import _click as click

from cli.watch import complain
from warehouse import errors, logs, runs
from warehouse.errors import TapehouseError


def ending_of(work: Callable[[], object]) -> int:
    try:
        code = work()
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
    except KeyboardInterrupt:
        code = errors.STOPPED
    except Exception as error:
        if told := errors.full_disk(error, "running " + " ".join(["tapehouse", *sys.argv[1:2]])):
            complain(told)
            return told.exit_code
        # DuckDB tells of a stop in words of its own.
        code = errors.STOPPED if runs.told_to_stop() else _unexpected(error)
    return code if isinstance(code, int) else 0


def _unexpected(error: Exception) -> int:
    logs.get(__name__).exception("unexpected error")
    text = logs.one_line(logs.redact(f"{type(error).__name__}: {error}"))
    sys.stderr.write(f"unexpected error: {text}\n  next: see logs/errors.log\n")
    return errors.INTERNAL


def ending_apart(work: Callable[[], int]) -> int:
    """As above, in a process of its own: what it leaks or breaks ends with it.

    A copy of this process, so that nothing is imported or parsed again; where processes cannot be
    copied safely, in this one.
    """
    if sys.platform != "linux":
        return ending_of(work)
    process = get_context("fork").Process(target=lambda: sys.exit(ending_of(work)))
    process.start()
    try:
        process.join()
    except KeyboardInterrupt:
        process.terminate()
        process.join()
        raise
    code = process.exitcode or 0
    if code < 0:
        sys.stderr.write(f"error: the run died of signal {-code}; the next one heals and goes on\n")
        return errors.INTERNAL
    return code
