"""A bar's way back: how its value is derived, all its versions, and what was set aside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb

from publish.trace.sources import source_of
from publish.trace.tree import Node, Row, rows, told

DIVIDED = ("open", "high", "low", "close", "vwap")
TOLD_ACTIONS = 8


def bar_nodes(connection: duckdb.DuckDBPyConnection, bar: Row, field: str | None) -> list[Node]:
    """What stands beneath a row of `daily_bars` or `intraday_bars`."""
    bar = {"interval": "1d", **bar}
    if bar["provider"].startswith("derived:"):
        return [_resampled(connection, bar, field), _set_aside(connection, bar)]
    held = _held(connection, bar)
    return [
        _derived(connection, bar, field),
        _chosen(connection, bar, held),
        _versions(connection, bar, held, field),
        _set_aside(connection, bar),
    ]


def _derived(connection: duckdb.DuckDBPyConnection, bar: Row, field: str | None) -> Node:
    found = rows(
        connection,
        "select * from adjustment_factors "
        "where instrument_id = ? and from_date <= ? and to_date > ?",
        [bar["instrument_id"], bar["session_date"], bar["session_date"]],
    )
    factors = found[0] if found else {"split_factor": 1, "dividend_factor": 1}
    split, dividend = factors["split_factor"], factors["dividend_factor"]
    kinds = ["split"]
    if field in DIVIDED or field == "volume":
        sign = "*" if field == "volume" else "/"
        raw = f"{field}_raw {told(bar[f'{field}_raw'])}" if f"{field}_raw" in bar else "as traded"
        text = f"{field} {told(bar[field])} = {raw} {sign} split_factor {split:.12g}"
    elif field == "close_total_return":
        kinds.append("dividend")
        text = (
            f"close_total_return {told(bar[field])} = close_raw {told(bar['close_raw'])} / "
            f"split_factor {split:.12g} * dividend_factor {dividend:.12g}"
        )
    elif field is None:
        kinds.append("dividend")
        text = f"prices = as traded / split_factor {split:.12g}; volume * it"
    else:
        return Node("derived", f"{field} is that of the chosen version, as it stands")
    actions = rows(
        connection,
        # Of those that several providers tell, the one that counts.
        "select corporate_actions.* from corporate_actions "
        "inner join intermediate.int_actions_chosen as chosen "
        "using (instrument_id, action, ex_date, provider) "
        "where instrument_id = ? and ex_date > ? "
        f"and action in ({', '.join('?' * len(kinds))}) order by ex_date, action",
        [bar["instrument_id"], bar["session_date"], *kinds],
    )
    told_of = [
        Node(
            "action",
            f"{action['action']} {told(action['value'])} on {action['ex_date']} "
            f"({action['provider']}), known {told(action['known_at'])}, "
            f"landing file {action['file_seq']}, row {action['row_number']}, "
            f"request {action['request_id']}",
            action,
        )
        for action in actions[:TOLD_ACTIONS]
    ]
    if not actions:
        text += f", for no {' or '.join(kinds)} is known after {bar['session_date']}"
    elif len(actions) > TOLD_ACTIONS:
        told_of.append(Node("action", f"and {len(actions) - TOLD_ACTIONS} more actions"))
    return Node("derived", text, factors, told_of)


def _resampled(connection: duckdb.DuckDBPyConnection, bar: Row, field: str | None) -> Node:
    """The finer bars it is made of, and the way back of the one that gave the field its value."""
    key = [bar["instrument_id"], bar["interval"], bar["opened_at"]]
    (made,) = rows(
        connection,
        "select made_of, bar_count from intermediate.int_bars_resampled "
        "where instrument_id = ? and interval = ? and opened_at = ?",
        key,
    )
    parts = rows(
        connection,
        "select * from intermediate.int_intraday_bars_chosen where instrument_id = ? "
        "and interval = ? and opened_at >= ? and opened_at < ? order by opened_at",
        [bar["instrument_id"], made["made_of"], bar["opened_at"], bar["closed_at"]],
    )
    text = (
        f"no provider's own is held: made of {made['bar_count']} bars of {made['made_of']}, "
        f"{told(parts[0]['opened_at'])} to {told(parts[-1]['opened_at'])}"
    )
    if bar["is_partial"]:
        text += "; it lacks minutes: not over, not held, or without a trade (`tapehouse gaps`)"
    giver = _giver(parts, field)
    if giver is None:
        counted = field in ("volume", "volume_raw", "trade_count")
        return Node("resampled", f"{text}; {field} is their sum" if counted else text, made)
    shown = f"{field} is that of {told(giver['opened_at'])}: {told(giver[field or 'close'])}"
    return Node(
        "resampled", text, made, [Node("bar", shown, giver, bar_nodes(connection, giver, field))]
    )


def _giver(parts: list[Row], field: str | None) -> Row | None:
    """The part that a value was taken from; what is added up or weighted has none."""
    match (field or "").removesuffix("_raw"):
        case "open":
            return parts[0]
        case "close" | "close_total_return":
            return parts[-1]
        case "high":
            return max(parts, key=lambda part: part["high"])
        case "low":
            return min(parts, key=lambda part: part["low"])
    return None


def _held(connection: duckdb.DuckDBPyConnection, bar: Row) -> list[Row]:
    """Every version of the bar, the chosen provider's first, the newest first."""
    found = rows(
        connection,
        "select * from bar_versions where instrument_id = ? and interval = ? and opened_at = ?",
        [bar["instrument_id"], bar["interval"], bar["opened_at"]],
    )
    return sorted(
        found,
        key=lambda one: (
            one["provider"] != bar["provider"],
            one["provider"],
            -one["version_number"],
        ),
    )


def _chosen(connection: duckdb.DuckDBPyConnection, bar: Row, held: list[Row]) -> Node:
    own = {version["provider"] for version in held}
    priorities = connection.execute(
        "select provider, priority from providers order by priority"
    ).fetchall()
    among = ", ".join(f"{name} ({priority})" for name, priority in priorities if name in own)
    return Node(
        "provider",
        f"provider {bar['provider']}: the smallest priority of those that have the bar: {among}",
        {"provider": bar["provider"], "held_by": sorted(own)},
    )


def _versions(
    connection: duckdb.DuckDBPyConnection, bar: Row, held: list[Row], field: str | None
) -> Node:
    column = (field or "").removesuffix("_raw").removesuffix("_total_return")
    children = []
    for version in held:
        chosen = (version["provider"], version["version_number"]) == (
            bar["provider"],
            bar["version_number"],
        )
        node = Node("version", _version_text(version, column, chosen), version)
        source = source_of(connection, version) if chosen else None
        if source:
            node.children = [*_as_traded(source.facts, version, column), source]
        children.append(node)
    text = f"{len(held)} version(s) of the bar, as traded and not yet rounded"
    return Node("versions", text, {}, children)


def _version_text(version: Row, column: str, chosen: bool) -> str:
    value = (
        f"{column} {told(version[column])}"
        if column in version
        else f"open {told(version['open'])}, high {told(version['high'])}, "
        f"low {told(version['low'])}, close {told(version['close'])}, "
        f"volume {told(version['volume'])}"
    )
    final = "final" if version["final_known_at"] else "not final"
    text = (
        f"{version['provider']} version {version['version_number']}: {value}; {version['cause']}, "
        f"known {told(version['known_at'])}, seen {version['observation_count']} time(s), "
        f"last {told(version['last_observed_at'])}, {final}"
    )
    if version["set_aside_count"]:
        text += f", {version['set_aside_count']} reading(s) on another split basis set aside"
    if chosen:
        return f"{text} (chosen)"
    return f"{text}; landing file {version['file_seq']}, row {version['row_number']}"


def _as_traded(raw: Mapping[str, Any], version: Row, column: str) -> list[Node]:
    """How the provider's own figure became the version's, where they differ."""
    given = raw.get(column)
    if given is None or not version[column]:
        return []
    ratio = float(version[column]) / float(given)
    if abs(ratio - 1) < 1e-9:
        return []
    text = (
        f"{column} {told(given)} as given x {ratio:.6g} = {told(version[column])} as traded: "
        "splits after the session that were known when it was asked, and minor units"
    )
    return [Node("as_traded", text, {"given": given, "ratio": ratio})]


def _set_aside(connection: duckdb.DuckDBPyConnection, bar: Row) -> Node:
    found = rows(
        connection,
        "select * from quarantined_rows where instrument_id = ? and interval = ? "
        "and opened_at = ? order by file_seq, row_number",
        [bar["instrument_id"], bar["interval"], bar["opened_at"]],
    )
    children = [
        Node(
            "set_aside",
            f"{row['rule']} ({row['detail']}), {row['provider']}, landing file {row['file_seq']}, "
            f"row {row['row_number']}: {row['payload']}",
            row,
        )
        for row in found
    ]
    return Node("set_aside", f"{len(found)} row(s) of the same bar set aside", {}, children)
