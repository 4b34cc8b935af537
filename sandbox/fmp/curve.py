"""The curve of treasury yields: the listed tenors, and the others between them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np

from sandbox.fmp.charts import days_of
from sandbox.listings import all_listings
from sandbox.market import Market, date_of
from sandbox.sessions import days_since_epoch

YEARS = {
    "month1": 1 / 12, "month2": 1 / 6, "month3": 0.25, "month6": 0.5, "year1": 1.0, "year2": 2.0,
    "year3": 3.0, "year5": 5.0, "year7": 7.0, "year10": 10.0, "year20": 20.0, "year30": 30.0,
}  # fmt: skip
LISTED = {"US3M": "month3", "US5Y": "year5", "US10Y": "year10", "US30Y": "year30"}
# Tenors that the treasury began with later.
SINCE = {"month1": date(2001, 7, 31), "month2": date(2018, 10, 16)}
MOST_DAYS = 90
# Published two hours after the stock market's close.
PUBLISHED_MINUTES = 120


def curve(market: Market, query: dict[str, str], today: date, now: int) -> list[dict[str, Any]]:
    """Business days of the bond market, newest first; of a longer window the newest 90 days."""
    first, last = days_of(query, today, MOST_DAYS)
    first = max(first, last - timedelta(days=MOST_DAYS))
    bonds = {LISTED[one.symbol]: one for one in all_listings() if one.symbol in LISTED}
    days = {tenor: market.days(listing) for tenor, listing in bonds.items()}
    calendar = days["year10"]
    known = [YEARS[tenor] for tenor in days]
    found = []
    for place in range(
        calendar.index_of(days_since_epoch(first)), calendar.index_of(days_since_epoch(last) + 1)
    ):
        day = date_of(int(calendar.dates[place]))
        published = int(calendar.closes_at[place]) + PUBLISHED_MINUTES
        if _is_bond_holiday(day) or published * 60 > now:
            continue
        rates = [int(days[tenor].close[place]) / bonds[tenor].ticks_per_unit for tenor in days]
        row: dict[str, Any] = {"date": day.isoformat()}
        for tenor, years in YEARS.items():
            rate = round(float(np.interp(years, known, rates)), 2)
            row[tenor] = None if day < SINCE.get(tenor, day) else rate
        found.append(row)
    return found[::-1]


def _is_bond_holiday(day: date) -> bool:
    """Columbus Day and Veterans Day, on which stocks trade."""
    columbus = day.month == 10 and day.weekday() == 0 and 8 <= day.day <= 14
    return columbus or (day.month, day.day) == (11, 11)
