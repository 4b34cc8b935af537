"""`tapehouse demo`: the whole product against the sandbox exchange, without keys or network."""

from __future__ import annotations

from pathlib import Path

import duckdb
import typer

from cli.options import Config, Verbose, begin
from cli.watch import Screen, close, console, new_table
from flows.demo import demo, demo_settings
from flows.reporting import weekly_report
from publish import open_market
from warehouse import clock, errors
from warehouse.settings import PROJECT

BUILT = """
select
    instruments.asset_class, bars.interval, count(distinct bars.instrument_id) as instruments,
    count(*) as bars, min(bars.session_date) as first_date, max(bars.session_date) as last_date
from (
    select instrument_id, '1d' as interval, session_date from daily_bars
    union all
    select instrument_id, interval, session_date from intraday_bars
) as bars
inner join instruments on bars.instrument_id = instruments.instrument_id
group by instruments.asset_class, bars.interval
order by instruments.asset_class, bars.interval desc
"""
SET_ASIDE = """
select rule, table_name, count(*) as found, min(detail) as example
from quarantined_rows group by rule, table_name order by found desc, rule
"""
TRACES = """
select what, found, example from (
    select 1 as place, 'gap healed' as what, count(*) as found,
        min(symbol || ' ' || interval || ' ' || opened_at || ', held since '
            || date_trunc('second', healed_at))
            as example
    from bar_gaps where state = 'healed'
    union all
    select 2, 'number restated', count(*),
        min(format('{} {} {}: {:.7g} became {:.7g} ({:+.2f} %)', symbol, session_date, field,
            old_value::double, new_value::double, 100 * relative_change))
    from restatements
    union all
    select 3, 'split taken back', count(distinct bars.instrument_id),
        min(format('{} {}: {} as traded, {} adjusted', bars.symbol, bars.session_date,
            bars.close_raw::double, bars.close::double))
    from daily_bars as bars
    inner join corporate_actions as actions
        on bars.instrument_id = actions.instrument_id and actions.action = 'split'
        and bars.session_date < actions.ex_date
        and bars.session_date >= actions.ex_date - 5
    union all
    select 4, 'row set aside', count(*), min(detail)
    from quarantined_rows where rule = 'rejected'
) as traces
where found > 0 order by place
"""


def register(app: typer.Typer) -> None:
    @app.command("demo")
    def demo_command(config: Config = None, verbose: Verbose = False) -> int:
        """Fetch a made-up market from the sandbox exchange and build the whole warehouse.

        Example: `tapehouse demo`; a second time adds only what is new.
        """
        started = clock.monotonic()
        settings = demo_settings(begin(config, verbose))
        with Screen() as screen:
            report = demo(settings, screen)
        code = close(report)
        if report.published is None:
            return code or errors.INTERNAL
        with open_market(settings.folder.market).connection as connection:
            _built(connection)
            _set_aside(connection)
            _traces(connection)
        written = weekly_report(settings)
        seconds = clock.monotonic() - started
        market = _from_here(settings.folder.market)
        console.print(f"\nrun {report.run_id} in {seconds:.0f} s; readers open {market};")
        console.print(f"the week's report is {_from_here(written.page)}. Try next:", soft_wrap=True)
        for line in _next(settings.folder.root):
            console.print(f"  {line}", markup=False, soft_wrap=True)
        return code


def _from_here(path: Path) -> Path:
    return path.relative_to(PROJECT) if path.is_relative_to(PROJECT) else path


def _built(connection: duckdb.DuckDBPyConnection) -> None:
    columns = ("asset class", "interval", "instruments", "bars", "from", "to")
    table = new_table(columns, ("instruments", "bars"), title="What was built")
    for asset, interval, count, bars, first, last in connection.execute(BUILT).fetchall():
        table.add_row(asset, interval, str(count), f"{bars:,}", str(first), str(last))
    console.print(table)


def _set_aside(connection: duckdb.DuckDBPyConnection) -> None:
    columns = ("rule", "from", "rows", "example")
    table = new_table(columns, ("rows",), title="What was set aside, and why")
    rows = connection.execute(SET_ASIDE).fetchall()
    for rule, name, count, example in rows:
        table.add_row(rule, name, f"{count:,}", example or "")
    if rows:
        console.print(table)


def _traces(connection: duckdb.DuckDBPyConnection) -> None:
    columns = ("what", "found", "for example")
    table = new_table(columns, ("found",), title="What moved, and left a trace")
    for what, found, example in connection.execute(TRACES).fetchall():
        table.add_row(what, f"{found:,}", example or "")
    console.print(table)


def _next(root: Path) -> list[str]:
    prefix = ".venv/bin/tapehouse"
    if root.name == "sandbox":
        prefix = f"TAPEHOUSE_DATA_DIR={root} {prefix}"
    return [
        f'{prefix} sql "select symbol, date, close, sma_20, rsi_14, macd_line from '
        "technical_indicators where symbol = 'AAPL' order by date desc limit 5\"",
        f"{prefix} explain MSFT 2026-03-09 close",
        f"{prefix} gaps",
        f"{prefix} quote AAPL BTCUSDT",
        f"{prefix} run        # a quarter of an hour later in the sandbox's market",
    ]
