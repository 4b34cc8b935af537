"""Yahoo's quote endpoint: the fields it gives for each kind of instrument."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np

from sandbox.sessions import days_since_epoch
from sandbox.yahoo.meta import INSTRUMENT_TYPES, extended_hours, zone_of
from sandbox.yahoo.prices import Last, View

TYPE_NAMES = {
    "EQUITY": "Equity",
    "ETF": "ETF",
    "INDEX": "Index",
    "FUTURE": "Futures",
    "CURRENCY": "Currency",
    "CRYPTOCURRENCY": "Cryptocurrency",
    "MUTUALFUND": "Fund",
}
SHARES_PER_DAY_TRADED = 300


def quote(view: View) -> dict[str, Any]:
    last = view.last
    kind = INSTRUMENT_TYPES[view.listing.asset_class]
    found = _identity(view, kind)
    if last is None:
        return found
    found |= _session_figures(view, last) | _year_figures(view, last)
    if kind in ("EQUITY", "ETF", "CURRENCY", "FUTURE", "INDEX"):
        found |= _book(view, last)
    if kind in ("EQUITY", "ETF"):
        found |= _company(view, last)
    if kind == "CRYPTOCURRENCY":
        found |= _coin(view, last)
    return found


def market_state(view: View) -> str:
    last = view.last
    if last is None:
        return "CLOSED"
    if last.trading:
        return "REGULAR"
    if not extended_hours(view):
        return "CLOSED"
    session = view.days.index_of(days_since_epoch(view.today))
    if session >= len(view.days.dates) or int(view.days.dates[session]) != days_since_epoch(
        view.today
    ):
        return "CLOSED"
    before = int(view.days.opens_at[session]) * 60 - view.now
    after = view.now - int(view.days.closes_at[session]) * 60
    if before > 0:
        return "PRE" if before <= 5.5 * 3600 else "PREPRE"
    return "POST" if after < 4 * 3600 else "POSTPOST"


def _identity(view: View, kind: str) -> dict[str, Any]:
    listing, venue = view.listing, view.listing.venue
    name, offset = zone_of(view, view.now)
    return {
        "language": "en-US",
        "region": "US",
        "quoteType": kind,
        "typeDisp": TYPE_NAMES[kind],
        "quoteSourceName": venue.quote_source,
        "triggerable": True,
        "customPriceAlertConfidence": "HIGH",
        "currency": listing.currency,
        "shortName": listing.name[:30],
        "longName": listing.name,
        "marketState": market_state(view),
        "hasPrePostMarketData": extended_hours(view),
        "firstTradeDateMilliseconds": int(view.stamps[0]) * 1000,
        "priceHint": view.hint,
        "fullExchangeName": venue.full_name,
        "sourceInterval": 15,
        "exchangeDataDelayedBy": venue.delay_minutes,
        "tradeable": False,
        "cryptoTradeable": kind == "CRYPTOCURRENCY",
        "corporateActions": [],
        "exchange": venue.code,
        "messageBoardId": f"finmb_{listing.digest % 100_000_000}",
        "exchangeTimezoneName": view.zone.key,
        "exchangeTimezoneShortName": name,
        "gmtOffSetMilliseconds": offset * 1000,
        "market": venue.market,
        "esgPopulated": False,
        "symbol": listing.yahoo_symbol,
    }


def _single(value: float) -> float:
    return float(f"{value:.7g}")


def _session_figures(view: View, last: Last) -> dict[str, Any]:
    previous = view.close_before(last.session)
    price, high, low = (view.rounded(one) for one in (last.price, last.high, last.low))
    return {
        "regularMarketChangePercent": _single((last.price / previous - 1) * 100),
        "regularMarketPrice": price,
        "regularMarketChange": _single(last.price - previous),
        "regularMarketTime": last.at,
        "regularMarketDayHigh": high,
        "regularMarketDayRange": f"{low} - {high}",
        "regularMarketDayLow": low,
        "regularMarketVolume": last.volume,
        "regularMarketPreviousClose": view.rounded(previous),
        "regularMarketOpen": view.rounded(last.open),
    }


def _year_figures(view: View, last: Last) -> dict[str, Any]:
    year = view.year()
    high, low = float(year["high"].max()), float(year["low"].min())
    closes, volumes = year["close"], year["volume"]
    fifty, two_hundred = float(closes[-50:].mean()), float(closes[-200:].mean())
    return {
        "averageDailyVolume3Month": int(volumes[-63:].mean()),
        "averageDailyVolume10Day": int(volumes[-10:].mean()),
        "fiftyTwoWeekLowChange": _single(last.price - low),
        "fiftyTwoWeekLowChangePercent": _single(last.price / low - 1),
        "fiftyTwoWeekRange": f"{view.rounded(low)} - {view.rounded(high)}",
        "fiftyTwoWeekHighChange": _single(last.price - high),
        "fiftyTwoWeekHighChangePercent": _single(last.price / high - 1),
        "fiftyTwoWeekLow": view.rounded(low),
        "fiftyTwoWeekHigh": view.rounded(high),
        "fiftyTwoWeekChangePercent": _single((last.price / float(closes[0]) - 1) * 100),
        "fiftyDayAverage": _single(fifty),
        "fiftyDayAverageChange": _single(last.price - fifty),
        "fiftyDayAverageChangePercent": _single(last.price / fifty - 1),
        "twoHundredDayAverage": _single(two_hundred),
        "twoHundredDayAverageChange": _single(last.price - two_hundred),
        "twoHundredDayAverageChangePercent": _single(last.price / two_hundred - 1),
    }


def _book(view: View, last: Last) -> dict[str, Any]:
    tick = float(view.listing.tick)
    return {
        "bid": view.rounded(last.price - tick),
        "ask": view.rounded(last.price + tick),
        "bidSize": 2 if last.trading and last.volume else 0,
        "askSize": 1 if last.trading and last.volume else 0,
    }


def _company(view: View, last: Last) -> dict[str, Any]:
    """Made-up but steady fundamentals, so that a reader of these fields finds them."""
    draw = np.random.default_rng([view.market.seed, view.listing.digest])
    shares = view.listing.volume * SHARES_PER_DAY_TRADED
    earnings = view.listing.price / float(draw.uniform(15, 45))
    book = view.listing.price / float(draw.uniform(2, 20))
    earned_at = int(view.stamps[last.session]) - 21 * 86_400
    found: dict[str, Any] = {
        "financialCurrency": "USD",
        "displayName": view.listing.name.split()[0].strip(","),
        "averageAnalystRating": "2.1 - Buy",
        "earningsTimestamp": earned_at,
        "earningsTimestampStart": earned_at + 91 * 86_400,
        "earningsTimestampEnd": earned_at + 95 * 86_400,
        "earningsCallTimestampStart": earned_at + 1800,
        "earningsCallTimestampEnd": earned_at + 1800,
        "isEarningsDateEstimate": True,
        "trailingPE": _single(last.price / earnings),
        "epsTrailingTwelveMonths": round(earnings, 2),
        "epsForward": round(earnings * 1.1, 2),
        "epsCurrentYear": round(earnings * 1.05, 5),
        "priceEpsCurrentYear": _single(last.price / (earnings * 1.05)),
        "forwardPE": _single(last.price / (earnings * 1.1)),
        "sharesOutstanding": shares,
        "bookValue": round(book, 3),
        "priceToBook": _single(last.price / book),
        "marketCap": int(shares * last.price),
    }
    recent = [
        (ex_date, amount)
        for ex_date, amount, _ in view.dividends
        if ex_date > view.today - timedelta(days=365)
    ]
    if recent:
        rate = sum(amount for _, amount in recent)
        found |= {
            "dividendDate": view.stamp_of(recent[-1][0]) + 4 * 86_400,
            "trailingAnnualDividendRate": round(rate, 4),
            "dividendRate": round(recent[-1][1] * len(recent), 4),
            "trailingAnnualDividendYield": _single(rate / last.price),
            "dividendYield": round(rate / last.price * 100, 2),
        }
    if market_state(view) in ("POST", "POSTPOST", "PREPRE", "CLOSED") and extended_hours(view):
        change = float(view.listing.tick) * (1 + view.listing.digest % 9)
        found |= {
            "postMarketPrice": view.rounded(last.price + change),
            "postMarketChange": _single(change),
            "postMarketChangePercent": _single(change / last.price * 100),
            "postMarketTime": min(view.now, last.at + 4 * 3600),
        }
    return found


def _coin(view: View, last: Last) -> dict[str, Any]:
    supply = 19_900_000
    return {
        "circulatingSupply": supply,
        "marketCap": int(supply * last.price),
        "lastMarket": "CoinMarketCap",
        "volume24Hr": last.volume,
        "volumeAllCurrencies": last.volume,
        "fromCurrency": view.listing.yahoo_symbol.split("-")[0],
        "toCurrency": "USD=X",
        "coinMarketCapLink": "https://coinmarketcap.com/currencies/bitcoin",
        "coinImageUrl": "https://s2.coinmarketcap.com/static/img/coins/64x64/1.png",
        "logoUrl": "https://s2.coinmarketcap.com/static/img/coins/64x64/1.png",
        "startDate": 1278979200,
    }
