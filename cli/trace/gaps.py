"""`tapehouse gaps`: bars that are expected and not held, and asking for them again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from cli.options import Config, Intervals, Symbols, Verbose, Wait, begin
from cli.watch import Screen, close, console
from extract.plan import Choice
from flows.run import run
from publish import open_market
from warehouse import errors

LISTED = """
select state, symbol, interval, session_date, count(*) as bars, min(opened_at), reason,
    max(attempts), max(last_seen_at), min(next_try_at)
from bar_gaps
where list_contains(?, state)
    and (len(?) = 0 or list_contains(?, symbol)) and (len(?) = 0 or list_contains(?, interval))
group by state, symbol, interval, session_date, reason
order by state, symbol, interval, session_date, min(opened_at)
"""
OPEN = """
select instrument_id, interval, opened_at from bar_gaps
where state in ('open', 'retrying')
    and (len(?) = 0 or list_contains(?, symbol)) and (len(?) = 0 or list_contains(?, interval))
"""
NOT_HELD = "select instrument_id, interval, opened_at from bar_gaps where state <> 'healed'"
TOTALS = """
select sum(expected), sum(held), sum(excused), sum(missing) from completeness
where len(?) = 0 or list_contains(?, symbol)
"""
COLUMNS = (
    "state", "symbol", "interval", "session", "bars", "first bar (UTC)", "reason", "tries",
    "last answer (UTC)", "next try (UTC)",
)  # fmt: skip


class State(StrEnum):
    OPEN = "open"
    RETRYING = "retrying"
    NO_TRADE_CONFIRMED = "no_trade_confirmed"
    ABSENT_AT_PROVIDER = "absent_at_provider"
    WAIVED = "waived"
    HEALED = "healed"


def register(app: typer.Typer) -> None:
    @app.command("gaps")
    def gaps_command(
        symbols: Symbols = None,
        interval: Intervals = None,
        state: Annotated[
            list[State] | None, typer.Option(help="Only this state; may be repeated.")
        ] = None,
        every: Annotated[
            bool, typer.Option("--all", help="Settled and healed gaps as well.")
        ] = False,
        repair: Annotated[
            bool, typer.Option("--repair", help="Ask for all open gaps now, build and publish.")
        ] = False,
        wait: Wait = 0,
        config: Config = None,
        verbose: Verbose = False,
    ) -> int:
        """Show which bars are missing and why; ends with 1 while any is still looked for.

        Example: `tapehouse gaps AAPL --interval 1m --all` or `tapehouse gaps --repair`
        """
        settings = begin(config, verbose)
        market = settings.folder.market
        choice = Choice(tuple(symbols or ()), intervals=tuple(interval or ()), gaps_only=True)
        before = still_open(market, choice)
        if repair and before:
            with Screen() as screen:
                code = close(run(settings, choice=choice, watcher=screen, wait_seconds=wait))
            healed = len(before - keys(market, NOT_HELD))
            console.print(f"{healed:,} of {len(before):,} bars healed")
            if code not in (errors.DONE, errors.FAILED_UNITS):
                return code
        shown = state or list(State)[: None if every else 2]
        show(market, choice, [str(one) for one in shown])
        return errors.NO if still_open(market, choice) else errors.DONE


def still_open(market: Path, choice: Choice) -> set[tuple[Any, ...]]:
    return keys(market, OPEN, *_narrowed(choice))


def keys(market: Path, query: str, *values: Sequence[str]) -> set[tuple[Any, ...]]:
    with open_market(market) as connection:
        return set(connection.execute(query, list(values)).fetchall())


def show(market: Path, choice: Choice, states: Sequence[str]) -> None:
    """One line for the bars of a session that share state and reason, then the totals."""
    with open_market(market) as connection:
        rows = connection.execute(LISTED, [states, *_narrowed(choice)]).fetchall()
        totals = connection.execute(TOTALS, [list(choice.symbols)] * 2).fetchone()
    table = Table()
    for name in COLUMNS:
        table.add_column(
            name,
            justify="right" if name in ("bars", "tries") else "left",
            no_wrap=name == "state",
            overflow="fold",
        )
    for row in rows:
        table.add_row(*map(_text, row))
    console.print(table if rows else f"no gaps that are {' or '.join(states)}")
    expected, held, excused, missing = (int(number or 0) for number in totals or (0, 0, 0, 0))
    if expected:
        console.print(
            f"{held:,} of {expected:,} expected bars are held ({held / expected:.3%}); "
            f"{excused:,} excused, {missing:,} missing"
        )


def _text(cell: Any) -> str:
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M}"
    return "" if cell is None else str(cell)


def _narrowed(choice: Choice) -> list[list[str]]:
    symbols, intervals = list(choice.symbols), list(choice.intervals)
    return [symbols, symbols, intervals, intervals]
