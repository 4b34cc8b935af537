"""How each kind of value is written: for the page as text, in the workbook as a number format."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

MINUS = "\N{MINUS SIGN}"
NONE = "\N{EN DASH}"
SIGNED = "+{0};-{0};{0}"

WORKBOOK = {
    "date": "yyyy-mm-dd",
    "instant": "yyyy-mm-dd hh:mm:ss",
    "count": "#,##0",
    "price": "#,##0.00######",
    "yield": "0.000",
    "percent": SIGNED.format("0.00"),
    "points": SIGNED.format("0.0"),
    "signed": SIGNED.format("0.00"),
    "share": "0.0%",
    "heat": "0.0%",
    "fraction": "0.0%",
    "number": "0.00",
    "value": "0.0000",
    "times": '0.00"x"',
    "megabytes": "#,##0.00",
}
NUMBERS = frozenset(WORKBOOK) - {"date", "instant"}


def price(value: float) -> str:
    """As many decimals as tell prices of that size apart."""
    size = abs(value)
    return f"{value:,.{2 if size >= 10 else 4 if size >= 0.1 else 8}f}"


def share(value: float) -> str:
    """Rounded down, so that only what is whole says 100 %."""
    tenths = int(value * 1000 + 1e-9)
    return f"{tenths // 10}%" if tenths % 10 == 0 else f"{tenths / 10:.1f}%"


PAGE: dict[str, Callable[[Any], str]] = {
    "date": lambda value: f"{value:%a %Y-%m-%d}" if isinstance(value, date) else str(value),
    "instant": lambda value: (
        f"{value:%Y-%m-%d %H:%M:%S}" if isinstance(value, datetime) else str(value)
    ),
    "count": lambda value: f"{value:,.0f}",
    "price": price,
    "yield": lambda value: f"{value:.3f}",
    "percent": lambda value: f"{value:+.2f}%",
    "points": lambda value: f"{value:+.1f}",
    "signed": lambda value: f"{value:+.2f}",
    "share": share,
    "heat": share,
    "fraction": lambda value: f"{value:.1%}",
    "number": lambda value: f"{value:.2f}",
    "value": lambda value: f"{value:,.4g}",
    "times": lambda value: f"{value:.2f}x",
    "megabytes": lambda value: f"{value:,.2f}",
}


def shown(kind: str, value: Any) -> str:
    """A value for the page; what is not there is a dash, never a zero."""
    if value is None:
        return NONE
    if kind not in PAGE:
        return str(value)
    text = PAGE[kind](value)
    if kind not in NUMBERS:
        return text
    if float(text.rstrip("%x").replace(",", "")) == 0:
        text = text.lstrip("+-")
    return text.replace("-", MINUS)


CHANGES = ("percent", "points", "signed")


def direction(kind: str, value: Any) -> str:
    """Whether a change is up or down: its colour, beside its sign."""
    if kind not in CHANGES or value is None or not value:
        return ""
    return "up" if value > 0 else "down"
