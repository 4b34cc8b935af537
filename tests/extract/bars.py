"""Rows for tests of landing and loading."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pyarrow as pa

from extract.schemas import arrow_schema


def binance_bars(
    count: int = 3, start: datetime = datetime(2026, 3, 10), first: int = 1
) -> pa.Table:
    """Bars with an ugly symbol, a null and eight decimals, so that formats have work to do."""
    rows = [
        {
            "request_id": 1_000_001,
            "symbol": 'BTC"USDT,\\N',
            "interval": "1m",
            "opened_at": start + timedelta(minutes=number),
            "open": Decimal("97000.12345678"),
            "high": Decimal("97100"),
            "low": Decimal("96900.5"),
            "close": Decimal(97000 + first + number),
            "volume": Decimal("0.00000001"),
            "closed_at": start + timedelta(minutes=number + 1) - timedelta(milliseconds=1),
            "quote_volume": None if number == 1 else Decimal("12.5"),
            "trade_count": number,
            "taker_base_volume": Decimal(0),
            "taker_quote_volume": Decimal(0),
        }
        for number in range(count)
    ]
    return pa.Table.from_pylist(rows, schema=arrow_schema("binance_bars", landed=False))


def yahoo_bars() -> pa.Table:
    rows = [
        {
            "request_id": 1_000_002,
            "symbol": symbol,
            "interval": "1d",
            "stamped_at": datetime(2026, 3, 10, 13, 30),
            "exchange_timezone": "America/New_York",
            "currency": "USD",
            "open": 103.5999984741211,
            "high": 0.1 + 0.2,
            "low": 1e-7,
            "close": close,
            "adj_close": None,
            "volume": 2**53 + 1,
        }
        for symbol, close in (
            ("TRUE", float("nan")),
            ("NA", None),
            ("1E5", float("inf")),
            ("", 1.0),
        )
    ]
    return pa.Table.from_pylist(rows, schema=arrow_schema("yahoo_bars", landed=False))
