"""Exact types out of the cells of a dropped file; a cell that does not fit names itself."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from extract.cells.exact import PLACES, PRICE_DIGITS, VOLUME_DIGITS
from extract.file_drop.settings import DEFAULT_INTERVAL, EARLIEST_YEAR, GRID, NUMBER, SYMBOL

EPOCH = datetime(1970, 1, 1)
LATER = timedelta(days=1)


def typed(cells: dict[str, Any], now: datetime) -> dict[str, Any]:
    """The columns of one bar; ValueError says which cell is wrong and why."""
    interval = _interval(cells.get("interval"))
    bar_date = _date(cells.get("date"))
    opened_at = _instant(cells.get("opened_at"))
    if opened_at is None and interval != "1d":
        raise ValueError(f"a bar of {interval} needs opened_at")
    if opened_at is None and bar_date is None:
        raise ValueError("neither date nor opened_at is given")
    _plausible(bar_date, opened_at, interval, now)
    return {
        "symbol": symbol(cells.get("symbol")),
        "interval": interval,
        "bar_date": bar_date,
        "opened_at": opened_at,
        "open": _number(cells.get("open"), "open", PRICE_DIGITS),
        "high": _number(cells.get("high"), "high", PRICE_DIGITS),
        "low": _number(cells.get("low"), "low", PRICE_DIGITS),
        "close": _close(cells.get("close")),
        "volume": _number(cells.get("volume"), "volume", VOLUME_DIGITS),
    }


def symbol(cell: Any) -> str:
    """Text only: 000001, TRUE, NA and 1E5 are symbols, the number 1 is not."""
    if not isinstance(cell, str):
        raise ValueError(f"symbol is not text: {_shown(cell)}")
    if not SYMBOL.fullmatch(cell.strip()):
        raise ValueError(f"symbol holds characters that no symbol has: {_shown(cell)}")
    return cell.strip()


def _interval(cell: Any) -> str:
    if cell is None or cell == "":
        return DEFAULT_INTERVAL
    if cell != DEFAULT_INTERVAL and cell not in GRID:
        raise ValueError(f"interval is not one of {', '.join([*GRID, '1d'])}: {_shown(cell)}")
    return str(cell)


def _close(cell: Any) -> Decimal:
    close = _number(cell, "close", PRICE_DIGITS)
    if close is None:
        raise ValueError("close is empty")
    return close


def _number(cell: Any, name: str, digits: int) -> Decimal | None:
    """Doubles and long texts are rounded to the column's places; anything unclear is refused."""
    if cell is None or cell == "":
        return None
    if isinstance(cell, str) and NUMBER.fullmatch(cell):
        number = Decimal(cell)
    elif isinstance(cell, Decimal):
        number = cell
    elif isinstance(cell, int | float) and not isinstance(cell, bool):
        if not math.isfinite(cell):
            raise ValueError(f"{name} is not finite")
        number = Decimal(repr(cell))
    else:
        raise ValueError(f"{name} is not a plain number: {_shown(cell)}")
    if not number.is_finite() or number.adjusted() >= digits - PLACES:
        raise ValueError(f"{name} is too large: {_shown(cell)}")
    rounded = round(number, PLACES)
    if rounded.adjusted() >= digits - PLACES:
        raise ValueError(f"{name} is too large: {_shown(cell)}")
    return rounded


def _date(cell: Any) -> date | None:
    if cell is None or cell == "":
        return None
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, str) and len(cell) == 10:
        try:
            return date.fromisoformat(cell)
        except ValueError:
            pass
    raise ValueError(f"date is not written as 2026-03-10: {_shown(cell)}")


def _instant(cell: Any) -> datetime | None:
    """UTC unless an offset is written."""
    if cell is None or cell == "":
        return None
    moment = cell
    if isinstance(cell, str):
        try:
            moment = datetime.fromisoformat(cell) if len(cell) > 10 else None
        except ValueError:
            moment = None
    if not isinstance(moment, datetime):
        raise ValueError(f"opened_at is not written as 2026-03-10T14:30:00: {_shown(cell)}")
    if moment.tzinfo is None:
        return moment
    return moment.astimezone(UTC).replace(tzinfo=None)


def _plausible(
    bar_date: date | None, opened_at: datetime | None, interval: str, now: datetime
) -> None:
    for moment in (bar_date, opened_at):
        if moment is not None and moment.year < EARLIEST_YEAR:
            raise ValueError(f"a bar of the year {moment.year}")
    if (opened_at is not None and opened_at > now + LATER) or (
        bar_date is not None and bar_date > (now + LATER).date()
    ):
        raise ValueError("the bar lies in the future")
    grid = GRID.get(interval)
    if grid is not None and opened_at is not None and (opened_at - EPOCH) % grid:
        raise ValueError(f"opened_at is off the grid of {interval}")


def _shown(cell: Any) -> str:
    return repr(cell)[:60]
