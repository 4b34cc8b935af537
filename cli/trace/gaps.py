"""`tapehouse gaps`: bars that are expected and not held, and asking for them again."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.options import Config, Intervals, Json, Symbols, Verbose, Wait, begin
from cli.trace.rows import echo_json, table_of
from cli.watch import Screen, close, console
from extract.plan import Choice
from flows.run import run
from publish import open_market
from publish.trace.tree import rows
from warehouse import errors

LISTED = """
select state, reason, symbol, interval, session_date as session, count(*) as bars,
    min(opened_at) as first_bar_utc, max(attempts) as tries, max(last_seen_at) as last_answer_utc,
    min(next_try_at) as next_try_utc
from bar_gaps
where list_contains(?, state)
    and (len(?) = 0 or list_contains(?, symbol)) and (len(?) = 0 or list_contains(?, interval))
group by state, reason, symbol, interval, session_date
order by state, reason, symbol, interval, session_date, min(opened_at)
"""
OPEN = """
select instrument_id, interval, opened_at from bar_gaps
where state in ('open', 'retrying')
    and (len(?) = 0 or list_contains(?, symbol)) and (len(?) = 0 or list_contains(?, interval))
"""
NOT_HELD = "select instrument_id, interval, opened_at from bar_gaps where state <> 'healed'"
TOTALS = """
select sum(expected) as expected, sum(held) as held, sum(excused) as excused,
    sum(missing) as missing
from completeness
where len(?) = 0 or list_contains(?, symbol)
"""
# The others say it of all rows of a table, or are for programs.
SHOWN = ("symbol", "interval", "bars", "first_bar_utc", "tries", "next_try_utc")


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
        as_json: Json = False,
        wait: Wait = 0,
        config: Config = None,
        verbose: Verbose = False,
    ) -> int:
        """Show which bars are missing and why; ends with 1 while any is still looked for.

        Example: `tapehouse gaps AAPL --interval 1m --all` or `tapehouse gaps --repair`
        """
        if repair and as_json:
            raise errors.UsageError("--repair tells as it goes", "ask for --json afterwards")
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
        show(market, choice, [str(one) for one in shown], as_json)
        return errors.NO if still_open(market, choice) else errors.DONE


def still_open(market: Path, choice: Choice) -> set[tuple[Any, ...]]:
    return keys(market, OPEN, *_narrowed(choice))


def keys(market: Path, query: str, *values: Sequence[str]) -> set[tuple[Any, ...]]:
    with open_market(market).connection as connection:
        return set(connection.execute(query, list(values)).fetchall())


def show(market: Path, choice: Choice, states: Sequence[str], as_json: bool) -> None:
    """A table for each state and reason, one line for a session's bars, then the totals."""
    with open_market(market).connection as connection:
        found = rows(connection, LISTED, [states, *_narrowed(choice)])
        (totals,) = rows(connection, TOTALS, [list(choice.symbols)] * 2)
    totals = {name: int(number or 0) for name, number in totals.items()}
    if as_json:
        echo_json({"gaps": found, **totals})
        return
    if not found:
        console.print(f"no gaps that are {' or '.join(states)}")
    for (state, reason), alike in groupby(found, key=lambda row: (row["state"], row["reason"])):
        lines = [{name: row[name] for name in SHOWN} for row in alike]
        console.print(table_of(lines, f"{state}: {reason}"))
    if totals["expected"]:
        console.print(
            f"{totals['held']:,} of {totals['expected']:,} expected bars are held "
            f"({totals['held'] / totals['expected']:.3%}); "
            f"{totals['excused']:,} excused, {totals['missing']:,} missing"
        )


def _narrowed(choice: Choice) -> list[list[str]]:
    symbols, intervals = list(choice.symbols), list(choice.intervals)
    return [symbols, symbols, intervals, intervals]
