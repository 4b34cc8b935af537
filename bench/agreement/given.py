"""What each provider sends of the bars it sees: its own table, basis, rounding and stamps."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from bench.agreement.market import CLOSE, FIELDS, VOLUME, Array, Sheet
from extract.schemas import arrow_schema

NEW_YORK = ZoneInfo("America/New_York")
SPLIT_ADJUSTED = ("yahoo", "fmp")


def symbol_at(provider: str, symbol: str) -> str:
    coin = symbol.removesuffix("USDT")
    return f"{coin}/USDT" if provider == "alpha_vantage" and coin != symbol else symbol


def bars(sheet: Sheet, provider: str, request_id: int) -> pa.Table:
    schema = arrow_schema(f"{provider}_bars", landed=False)
    rows = [
        row
        for number in range(len(sheet.symbols))
        for row in _rows(sheet, provider, number, request_id)
    ]
    names = [name for name in schema.names if rows and name in rows[0]]
    columns = [pa.array([row[name] for row in rows]) for name in names]
    # Whole numbers and decimals come out of doubles that are rounded already.
    cast = [
        column.cast(schema.field(name).type, safe=False)
        for name, column in zip(names, columns, strict=True)
    ]
    filled = dict(zip(names, cast, strict=True))
    return pa.table(
        [filled.get(one.name, pa.nulls(len(rows), one.type)) for one in schema], schema=schema
    )


def _rows(sheet: Sheet, provider: str, number: int, request_id: int) -> Iterator[dict[str, object]]:
    shown = _shown(sheet, provider, number)
    symbol = symbol_at(provider, sheet.symbols[number])
    for bar, (day, opened_at) in enumerate(sheet.bars):
        if np.isnan(shown[bar, CLOSE]):
            continue
        yield {
            "request_id": request_id,
            "symbol": symbol,
            "interval": sheet.interval,
            **dict(zip(FIELDS, (float(one) for one in shown[bar]), strict=True)),
            **_stamps(sheet, provider, day, opened_at),
        }


def _shown(sheet: Sheet, provider: str, number: int) -> Array:
    """On the provider's own basis, with as many digits as it sends."""
    shown: Array = sheet.seen[provider][number].copy()
    if provider in SPLIT_ADJUSTED:
        shares = sheet.later_splits(number)[:, None]
        shown[:, :4] /= shares
        shown[:, VOLUME:] = np.round(shown[:, VOLUME:] * shares)
    prices = shown[:, :4]
    if provider == "yahoo":
        shown[:, :4] = prices.astype(np.float32).astype(float)
    elif provider == "fmp":
        shown[:, :4] = np.where(prices < 100, np.round(prices, 4), np.round(prices, 2))
    else:
        exact = 8 if sheet.asset_class == "crypto" or provider != "alpha_vantage" else 4
        shown[:, :4] = np.round(prices, exact)
    return shown


def _stamps(sheet: Sheet, provider: str, day: date, opened_at: datetime) -> dict[str, object]:
    is_daily = sheet.interval == "1d"
    zone = "America/New_York" if sheet.calendar == "XNAS" else "UTC"
    if provider == "yahoo":
        return {
            "stamped_at": opened_at,
            "exchange_timezone": zone,
            "currency": "USD" if sheet.asset_class == "stock" else "USDT",
        }
    if provider == "massive":
        return {"stamped_at": _utc(day, time()) if is_daily else opened_at, "is_adjusted": False}
    if provider == "fmp":
        stamp = _utc(day, time(12)) if is_daily else opened_at
        return {"stamped_at": stamp, "bar_date": day if is_daily else None}
    if provider == "binance":
        return {"opened_at": opened_at}
    dated = {"bar_date": day if is_daily else None, "opened_at": None if is_daily else opened_at}
    return dated | ({"time_zone": zone} if provider == "alpha_vantage" else {})


def _utc(day: date, clock_time: time) -> datetime:
    local = datetime.combine(day, clock_time, NEW_YORK)
    return local.astimezone(ZoneInfo("UTC")).replace(tzinfo=None)


def splits(sheet: Sheet, provider: str, request_id: int) -> pa.Table:
    rows: list[dict[str, object]] = []
    for number, steps in enumerate(sheet.splits):
        for bar, ratio in steps.items():
            day, opened_at = sheet.bars[bar]
            row: dict[str, object] = {"request_id": request_id, "symbol": sheet.symbols[number]}
            if provider == "fmp":
                row |= {"ex_date": day, "numerator": ratio, "denominator": 1.0}
            else:
                row |= {"stamped_at": opened_at, "exchange_timezone": str(NEW_YORK), "ratio": ratio}
            rows.append(row)
    return pa.Table.from_pylist(rows, schema=arrow_schema(f"{provider}_splits", landed=False))


def dividends(sheet: Sheet, request_id: int) -> pa.Table:
    """As Yahoo lists them: on the basis of the day of the request."""
    rows = [
        {
            "request_id": request_id,
            "symbol": sheet.symbols[number],
            "stamped_at": sheet.bars[bar][1],
            "exchange_timezone": str(NEW_YORK),
            "currency": "USD",
            "amount": amount / sheet.later_splits(number)[bar],
        }
        for number, steps in enumerate(sheet.dividends)
        for bar, amount in steps.items()
    ]
    return pa.Table.from_pylist(rows, schema=arrow_schema("yahoo_dividends", landed=False))
