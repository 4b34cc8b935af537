"""A million made-up minute bars as Binance gives them, the same from the same seed."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from extract.schemas import arrow_schema

ROWS = 1_000_000
SYMBOLS = 10
SEED = 7
STARTED_AT = datetime(2026, 1, 1)
MINUTE = 60_000_000


def made_bars(rows: int = ROWS) -> pa.Table:
    draw = np.random.default_rng(SEED)
    each = rows // SYMBOLS
    walk = draw.normal(0, 0.0005, (SYMBOLS, each)).cumsum(axis=1)
    close = np.round(100 * np.exp(walk), 2).ravel()
    spread = np.round(draw.uniform(0.01, 0.3, rows), 2)
    volume = np.round(draw.gamma(2.0, 3.0, rows), 5)
    start = np.datetime64(STARTED_AT, "us").astype(np.int64)
    opened_at = np.tile(start + np.arange(each) * MINUTE, SYMBOLS)
    schema = arrow_schema("binance_bars", landed=False)
    numbers = {
        "open": close,
        "high": close + spread,
        "low": close - spread,
        "close": close,
        "volume": volume,
        "quote_volume": volume * close,
        "taker_base_volume": volume / 2,
        "taker_quote_volume": volume * close / 2,
    }
    columns = {
        "request_id": pa.array(np.repeat(np.arange(rows // 1000 + 1), 1000)[:rows]),
        "symbol": pa.array([f"MADE{number}USDT" for number in range(SYMBOLS)]).take(
            pa.array(np.repeat(np.arange(SYMBOLS), each))
        ),
        "interval": pa.repeat(pa.scalar("1m"), rows),
        "opened_at": pa.array(opened_at).cast(pa.timestamp("us")),
        "closed_at": pa.array(opened_at + MINUTE - 1000).cast(pa.timestamp("us")),
        "trade_count": pa.array(draw.integers(1, 5000, rows)),
    }
    for name, values in numbers.items():
        columns[name] = pc.round(pa.array(values), 5).cast(schema.field(name).type, safe=False)
    return pa.table([columns[name] for name in schema.names], schema=schema)
