"""The `meta` block of Yahoo's chart answer: what a listing is and when it trades."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from sandbox.market import date_of
from sandbox.sessions import days_since_epoch
from sandbox.yahoo.errors import RANGES
from sandbox.yahoo.prices import LOCAL_MIDNIGHT, View

INSTRUMENT_TYPES = {
    "stock": "EQUITY",
    "etf": "ETF",
    "index": "INDEX",
    "bond": "INDEX",
    "commodity": "FUTURE",
    "currency": "CURRENCY",
    "crypto": "CRYPTOCURRENCY",
    "fund": "MUTUALFUND",
}
FUND_RANGES = ("1mo", "3mo", "6mo", "ytd", "1y", "2y", "5y", "10y", "max")
ROUND_THE_CLOCK = (*LOCAL_MIDNIGHT, "crypto")
LAST_MINUTE = timedelta(hours=23, minutes=59)
# Hours before the opening and after the close in which a venue's own market goes on.
SIDES = {"America/New_York": (5.5, 4.0), "Europe/London": (0.75, 0.75)}

Period = dict[str, Any]


def extended_hours(view: View) -> bool:
    return view.listing.asset_class in ("stock", "etf") and view.zone.key == "America/New_York"


def zone_of(view: View, at: int) -> tuple[str, int]:
    local = datetime.fromtimestamp(at, UTC).astimezone(view.zone)
    return local.tzname() or "UTC", int((local.utcoffset() or timedelta()).total_seconds())


def _period(view: View, start: int, end: int) -> Period:
    name, offset = zone_of(view, start)
    return {"timezone": name, "start": start, "end": end, "gmtoffset": offset}


def _periods(view: View, start: int, end: int) -> dict[str, Period]:
    before, after = SIDES.get(view.zone.key, (0.0, 0.0))
    if view.listing.asset_class in ROUND_THE_CLOCK:
        before = after = 0.0
    return {
        "pre": _period(view, start - int(before * 3600), start),
        "regular": _period(view, start, end),
        "post": _period(view, end, end + int(after * 3600)),
    }


def _local_day(view: View, day: date) -> tuple[int, int]:
    midnight = datetime(day.year, day.month, day.day, tzinfo=view.zone)
    return int(midnight.timestamp()), int((midnight + LAST_MINUTE).timestamp())


def current_trading_period(view: View) -> dict[str, Period]:
    if view.listing.asset_class in ROUND_THE_CLOCK:
        return _periods(view, *_local_day(view, view.today))
    days = view.days
    session = min(days.index_of(days_since_epoch(view.today)), len(days.dates) - 1)
    return _periods(view, int(days.opens_at[session]) * 60, int(days.closes_at[session]) * 60)


def trading_periods(view: View, start: int, end: int, sides: bool) -> Any:
    """One list a session that the window touches; keyed by part of the day when sides are asked."""
    days = view.days
    spans: list[tuple[int, int]] = []
    if view.listing.asset_class in ROUND_THE_CLOCK:
        touched: list[date] = []
        first = int((days.closes_at * 60).searchsorted(start, side="right"))
        for index in range(first, len(days.dates)):
            opens_at = int(days.opens_at[index]) * 60
            if opens_at > end or opens_at >= view.now:
                break
            opening = datetime.fromtimestamp(opens_at, UTC).astimezone(view.zone).date()
            touched += [opening, date_of(int(days.dates[index]))]
        spans = [_local_day(view, day) for day in sorted(set(touched))]
    else:
        before = int(SIDES.get(view.zone.key, (0.0, 0.0))[0] * 3600) if sides else 0
        after = int(SIDES.get(view.zone.key, (0.0, 0.0))[1] * 3600) if sides else 0
        touching = (days.closes_at * 60 + after > start) & (days.opens_at * 60 - before <= end)
        touching &= days.opens_at * 60 < view.now
        spans = [
            (int(days.opens_at[index]) * 60, int(days.closes_at[index]) * 60)
            for index in touching.nonzero()[0]
        ]
    if not spans:
        return None
    found = [_periods(view, *span) for span in spans]
    if sides:
        return {part: [[one[part]] for one in found] for part in ("pre", "post", "regular")}
    return [[one["regular"]] for one in found]


def chart_meta(view: View, interval: str, range_: str, previous: float | None) -> dict[str, Any]:
    listing, last = view.listing, view.last
    name, offset = zone_of(view, view.now)
    meta: dict[str, Any] = {
        "currency": listing.currency,
        "symbol": listing.yahoo_symbol,
        "exchangeName": listing.venue.code,
        "fullExchangeName": listing.venue.full_name,
        "instrumentType": INSTRUMENT_TYPES[listing.asset_class],
        "firstTradeDate": int(view.stamps[0]),
        "regularMarketTime": last.at if last else view.now,
        "hasPrePostMarketData": extended_hours(view),
        "gmtoffset": offset,
        "timezone": name,
        "exchangeTimezoneName": view.zone.key,
    }
    if last:
        year = view.year()
        meta["regularMarketPrice"] = view.rounded(last.price)
        meta["fiftyTwoWeekHigh"] = view.rounded(float(year["high"].max()))
        meta["fiftyTwoWeekLow"] = view.rounded(float(year["low"].min()))
        if listing.asset_class != "fund":
            meta["regularMarketDayHigh"] = view.rounded(last.high)
            meta["regularMarketDayLow"] = view.rounded(last.low)
            meta["regularMarketVolume"] = last.volume
    if listing.asset_class != "commodity":
        meta["longName"] = listing.name
    meta["shortName"] = listing.name[:30]
    if previous is not None:
        meta["chartPreviousClose"] = round(previous, 3 if view.hint == 2 else 4)
    meta["priceHint"] = view.hint
    meta["currentTradingPeriod"] = current_trading_period(view)
    meta["dataGranularity"] = interval
    meta["range"] = range_
    ranges = FUND_RANGES if listing.asset_class == "fund" else RANGES
    meta["validRanges"] = list(ranges)
    return meta
