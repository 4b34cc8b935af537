"""`explain`: from any field of a mart back to the answer of a provider that it rests on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

import duckdb

from publish.trace import cells
from publish.trace.bars import bar_nodes
from publish.trace.cells import Cell, Mart
from publish.trace.sources import source_of
from publish.trace.tree import Node, Row, listed, rows, told
from warehouse import clock

BARS = ("daily_bars", "intraday_bars")
WINDOW = re.compile(r"last (\d+) ")


@dataclass(frozen=True)
class Walk:
    """The tree, and how long it took to walk it."""

    tree: Node
    seconds: float


def explain(
    connection: duckdb.DuckDBPyConnection,
    symbol: str,
    time: str,
    field: str | None = None,
    interval: str | None = None,
    table: str | None = None,
) -> Walk:
    started = clock.monotonic()
    owner = cells.instrument(connection, symbol)
    cell = cells.find(connection, owner, cells.parse_time(time), field, interval, table)
    tree = Node("mart", _headline(cell, owner), cell.row, _beneath(connection, cell))
    return Walk(tree, clock.monotonic() - started)


def _headline(cell: Cell, owner: Row) -> str:
    key = ("date", "session_date", "interval", "opened_at", "ex_date", "quoted_at", "traded_at")
    row = cell.row
    at = " ".join(told(row[name]) for name in key if name in row)
    head = f"{owner['symbol']} {at or told(row.get('priced_at'))}, {cell.mart.name}"
    if cell.field is None:
        return f"{head}: {listed(row, 'instrument_id', 'symbol', *key)}"
    value = row[cell.field]
    is_price = isinstance(value, Decimal) and "volume" not in cell.field
    currency = f" {row['currency']}" if is_price and row.get("currency") else ""
    return f"{head}: {cell.field} = {told(value)}{currency}"


def _beneath(connection: duckdb.DuckDBPyConnection, cell: Cell) -> list[Node]:
    found = []
    comment = cell.mart.columns.get(cell.field or "")
    if comment:
        found.append(Node("meaning", comment))
    if cell.mart.name in BARS:
        return found + bar_nodes(connection, cell.row, cell.field)
    if cell.mart.name == "latest_prices":
        return found + _latest(connection, cell)
    if "technical_indicators" in cell.mart.name:
        return found + _indicator(connection, cell)
    source = source_of(connection, cell.row) if "row_number" in cell.row else None
    if source:
        return [*found, source]
    return found + _bar(connection, cell.mart, cell.row, None)


def _bar(
    connection: duckdb.DuckDBPyConnection, mart: Mart, row: Row, field: str | None
) -> list[Node]:
    """The bar that a row of another mart is about."""
    intraday = row.get("interval", "1d") != "1d"
    name = "intraday_bars" if intraday else "daily_bars"
    if "opened_at" in row:
        key, value = "opened_at", row["opened_at"]
    else:
        key, value = "session_date", row[mart.day or "session_date"]
    query = f"select * from {name} where instrument_id = ? and {key} = ?"
    values = [row["instrument_id"], value]
    if intraday:
        query, values = f"{query} and interval = ?", [*values, row["interval"]]
    return [
        Node(
            "bar",
            f"the bar in {name}: {_told_bar(bar, field)}",
            bar,
            bar_nodes(connection, bar, field),
        )
        for bar in rows(connection, query, values)
    ]


def _told_bar(bar: Row, field: str | None) -> str:
    names = [field] if field else ["open", "high", "low", "close", "volume"]
    at = bar["opened_at"] if "interval" in bar else bar["session_date"]
    return f"{told(at)} " + ", ".join(f"{name} {told(bar[name])}" for name in names)


def _indicator(connection: duckdb.DuckDBPyConnection, cell: Cell) -> list[Node]:
    """Which bars it is computed on: those of its window, or all when it never forgets."""
    row, mart = cell.row, cell.mart
    intraday = "interval" in row
    name, key = ("intraday_bars", "opened_at") if intraday else ("daily_bars", "session_date")
    at = row["opened_at"] if intraday else row[mart.day or "date"]
    values = [row["instrument_id"], at]
    own = f"from {name} where instrument_id = ? and {key} <= ?"
    if intraday:
        own, values = f"{own} and interval = ?", [*values, row["interval"]]
    # The description is the convention: "last 20 closes" names the window.
    window = WINDOW.search(_convention(cell.field, mart)) if cell.field else None
    limit = f"limit {window[1]}" if window else ""
    bars = rows(
        connection,
        f"select min({key}) as first, max({key}) as last, count(*) as count "
        f"from (select {key} {own} order by {key} desc {limit})",
        values,
    )[0]
    reach = f"its window of {window[1]}" if window else "all there are: its average never forgets"
    text = (
        f"computed on the close of {bars['count']:,} bars of {name}, {reach}: "
        f"{told(bars['first'])} to {told(bars['last'])}"
    )
    return [Node("computed_on", text, bars), *_bar(connection, mart, row, "close")]


def _convention(field: str, mart: Mart) -> str:
    """What is said of a field and of the fields it is made of: a band's window is its middle's."""
    asked, words = [field], ""
    for name in asked:
        words += f" {mart.columns[name]}"
        asked += [
            other
            for other in mart.columns
            if other not in asked and re.search(rf"\b{other}\b", mart.columns[name])
        ]
    return words


def _latest(connection: duckdb.DuckDBPyConnection, cell: Cell) -> list[Node]:
    row = cell.row
    found: list[Node] = []
    if cell.field in ("previous_close", "change", "change_pct"):
        before = rows(
            connection,
            "select * from daily_bars where instrument_id = ? and session_date < ? "
            "order by session_date desc limit 1",
            [row["instrument_id"], row["session_date"]],
        )
        found += [
            Node(
                "bar",
                f"previous_close is the close of {bar['session_date']} in daily_bars",
                bar,
                bar_nodes(connection, bar, "close"),
            )
            for bar in before
        ]
        if cell.field == "previous_close":
            return found
    return found + _price(connection, row)


def _price(connection: duckdb.DuckDBPyConnection, row: Row) -> list[Node]:
    key = [row["instrument_id"], row["provider"], row["priced_at"]]
    if row["origin"] == "quote":
        quotes = rows(
            connection,
            "select * from quotes where instrument_id = ? and provider = ? and quoted_at = ? "
            "order by file_seq desc, row_number desc limit 1",
            key,
        )
        return [
            Node(
                "quote",
                f"price of a quote: {listed(quote, 'instrument_id', 'symbol')}",
                quote,
                [source for source in [source_of(connection, quote)] if source],
            )
            for quote in quotes
        ]
    interval = row["origin"].removesuffix(" bar")
    query = "select * from daily_bars where instrument_id = ? and provider = ? and closed_at = ?"
    if interval != "1d":
        query = query.replace("daily_bars", "intraday_bars") + " and interval = ?"
        key.append(interval)
    return [
        Node(
            "bar",
            f"price of the {row['origin']}: {_told_bar(bar, 'close')}",
            bar,
            bar_nodes(connection, bar, "close"),
        )
        for bar in rows(connection, query, key)
    ]
