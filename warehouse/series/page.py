"""`python -m warehouse.series.page`: docs/indicators.md, from what the models say of themselves."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from warehouse.settings import PROJECT

PAGE = PROJECT / "docs" / "indicators.md"
MODELS = PROJECT / "dbt_project/models/marts/indicators"
DAILY, INTRADAY = (
    MODELS / f"{name}.yml" for name in ("technical_indicators", "technical_indicators_intraday")
)
VARS = PROJECT / "dbt_project.yml"
KEYS = (
    "instrument_id", "symbol", "interval", "date", "opened_at", "close", "is_partial", "known_seq",
)  # fmt: skip
FIRST = re.compile(r" First: (bar .+)$")
INTRODUCTION = """# Indicators

This page is written by `make pages` from the descriptions of `technical_indicators` and
`technical_indicators_intraday`; a test holds it to them.

Each column says its formula, whose convention it follows, and the first bar of a series that has
it. Before that bar it is null: no value is computed from half a window. `make truth` holds every
column against TA-Lib, or against a plain loop where TA-Lib lacks it.

Windows are vars of dbt: `dbt build --vars '{sma_windows: [10, 100], rsi_window: 7}'`, or in
`dbt_project.yml`. Columns are named after them (`rsi_7`); the table is then made anew by itself.
A contract holds the shipped columns; of others only the names known here are described.

`indicator_convention: tradingview` begins EMA and MACD with the first value, at bar 1, gives the
first bar's high less its low to the ATR, and calls the RSI of a series that never moved 100.
Everything else is as below.

Prices are split-adjusted; an instrument whose bars have a close alone (a yield) is measured on
it.
"""

INTRADAY_BARS = """## On intraday bars

`technical_indicators_intraday` has the same columns on the bars of one interval, 15 minutes as
shipped: `dbt build --vars 'indicator_interval: 5m'` takes another. A series goes on from session to
session. Only these differ:
"""


def page() -> str:
    daily = _columns_of(DAILY)
    apart = [column for column in _columns_of(INTRADAY) if column not in daily]
    return "\n".join(
        [
            INTRODUCTION, *_columns(daily), "", INTRADAY_BARS, *_columns(apart), "",
            "## Families and windows", "", *_vars(), "",
        ]
    )  # fmt: skip


def _columns(columns: list[dict[str, Any]]) -> list[str]:
    lines = ["| column | what it is | first bar |", "|---|---|---|"]
    for column in columns:
        if column["name"] in KEYS:
            continue
        text = column["description"]
        first = FIRST.search(text)
        told = FIRST.sub("", text).replace("|", "\\|")
        lines.append(f"| `{column['name']}` | {told} | {first[1].rstrip('.') if first else ''} |")
    return lines


def _columns_of(model: Path) -> list[dict[str, Any]]:
    (declared,) = yaml.safe_load(model.read_text(encoding="utf-8"))["models"]
    return list(declared["columns"])


def _vars() -> list[str]:
    found = yaml.safe_load(VARS.read_text(encoding="utf-8"))["vars"]
    names = list(found)
    chosen = names[names.index("indicator_families") : names.index("high_low_window")]
    lines = ["| var | shipped |", "|---|---|"]
    for name in chosen:
        value = found[name]
        told = ", ".join(map(str, value)) if isinstance(value, list) else value
        lines.append(f"| `{name}` | {told} |")
    return lines


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
