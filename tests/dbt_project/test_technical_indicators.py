"""Indicators of the built mart against TA-Lib on every row, blank rows included."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest
from numpy.typing import NDArray

from bench.indicators import reference
from bench.indicators.histories import History
from tests.dbt_project.raw_rows import RawRows, Row

Series = NDArray[np.float64]
FIRST = date(2015, 1, 1)
LISTED = {1: "AAPL", 3: "AMD", 4: "AMZN", 5: "AVGO", 6: "GOOGL", 7: "INTC", 9: "MSFT", 10: "NVDA"}


def random_walk(seed: int, days: int, start: float, step: float) -> list[Decimal]:
    drawn = random.Random(seed)
    price, found = start, []
    for _ in range(days):
        price *= 1 + drawn.gauss(0, step)
        found.append(Decimal(f"{price:.8f}"))
    return found


def histories() -> dict[int, list[tuple[date, Decimal]]]:
    days = [FIRST + timedelta(days=n) for n in range(1300)]
    drawn = random.Random(9)
    stuck = (
        random_walk(4, 150, 80.0, 0.01) + [Decimal("81.5")] * 700 + random_walk(5, 60, 80.0, 0.02)
    )
    closes = {
        1: random_walk(1, 1300, 150.0, 0.02),
        3: [Decimal("42.42")] * 260,
        4: random_walk(2, 900, 2000.0, 0.01),
        5: [Decimal("10.5"), Decimal("10.75")],
        6: random_walk(3, 400, 30_000_000.0, 0.01),
        7: random_walk(6, 400, 0.004, 0.03),
        10: stuck,
        9: random_walk(7, 34, 12.0, 0.05),
    }
    dated = {key: list(zip(days, values, strict=False)) for key, values in closes.items()}
    dated[4] = [pair for pair in dated[4] if drawn.random() > 0.3]
    return dated


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> RawRows:
    raw = RawRows(tmp_path_factory.mktemp("indicators"))
    raw.land("calendar_sessions", all_days(raw))
    request = raw.request(raw.first_accepted_at, provider="file_drop", endpoint="file")
    for instrument, history in histories().items():
        rows: list[Row] = [
            {
                "request_id": request,
                "symbol": LISTED[instrument],
                "interval": "1d",
                "bar_date": day,
                **dict.fromkeys(("open", "high", "low", "close"), close),
            }
            for day, close in history
        ]
        raw.land("file_drop_bars", rows)
    raw.build("--select", "+technical_indicators", "--exclude", "test_type:data")
    return raw


def all_days(raw: RawRows) -> list[Row]:
    rows = raw.sessions("24/7", FIRST, FIRST + timedelta(days=1300))
    return [{**row, "calendar": "XNAS"} for row in rows]


COLUMNS = (
    "sma_20", "sma_50", "sma_200", "ema_12", "ema_26", "macd_line", "macd_signal",
    "macd_histogram", "rsi_14", "bb_upper", "bb_middle", "bb_lower",
)  # fmt: skip


def expected(close: Series) -> dict[str, Series]:
    found = reference.by_talib(History("flat bars", [], *[close] * 4, np.zeros_like(close)))
    return {column: found[column] for column in COLUMNS}


def held(raw: RawRows, instrument: int, column: str) -> Series:
    found = raw.rows(
        f"select {column} from technical_indicators"
        f" where instrument_id = {instrument} order by date"
    )
    return np.array([np.nan if row[0] is None else float(row[0]) for row in found])


def scale(column: str) -> Callable[[Series, Series], Series]:
    if column.startswith("macd"):
        return lambda value, close: np.maximum(np.abs(value), 1e-3 * np.abs(close))
    return lambda value, close: np.maximum(np.abs(value), 1e-300)


@pytest.mark.parametrize("instrument", sorted(LISTED))
def test_every_indicator_equals_talib_on_every_row(warehouse: RawRows, instrument: int) -> None:
    close = np.array([float(value) for _, value in histories()[instrument]])
    assert np.array_equal(held(warehouse, instrument, "close"), close)
    for column, wanted in expected(close).items():
        found = held(warehouse, instrument, column)
        assert np.array_equal(np.isnan(found), np.isnan(wanted)), column
        shown = ~np.isnan(wanted)
        error = np.abs(found - wanted)[shown] / scale(column)(wanted, close)[shown]
        assert error.size == 0 or error.max() <= 1e-9, (column, error.max())


def test_band_position_is_null_on_a_flat_band(warehouse: RawRows) -> None:
    assert np.isnan(held(warehouse, 3, "bb_position")).all()
    assert np.all(held(warehouse, 3, "bb_width")[19:] == 0)


def test_band_width_and_position_follow_from_the_bands(warehouse: RawRows) -> None:
    close, upper, lower, middle, width, position = (
        held(warehouse, 1, name)[19:]
        for name in ("close", "bb_upper", "bb_lower", "bb_middle", "bb_width", "bb_position")
    )
    assert np.allclose(width, (upper - lower) / middle, rtol=1e-12)
    assert np.allclose(position, (close - lower) / (upper - lower), rtol=1e-9)
