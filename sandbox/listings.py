"""What is listed on the sandbox exchange, read from `listings.csv`, and the venues it trades on."""

from __future__ import annotations

import csv
import random
import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from zlib import crc32

FIRST_DATE = date(2000, 1, 1)
LAST_DATE = date(2035, 12, 31)
MASSIVE_INDICES = {"IXIC": "COMP"}


@dataclass(frozen=True, slots=True)
class Venue:
    code: str
    full_name: str
    zone: str
    market: str
    quote_source: str = "Delayed Quote"
    delay_minutes: int = 15


VENUES = {
    venue.code: venue
    for venue in (
        Venue("NMS", "NasdaqGS", "America/New_York", "us_market", "Nasdaq Real Time Price", 0),
        Venue("NGM", "NasdaqGM", "America/New_York", "us_market", "Nasdaq Real Time Price", 0),
        Venue("NYQ", "NYSE", "America/New_York", "us_market", "Nasdaq Real Time Price", 0),
        Venue("PCX", "NYSEArca", "America/New_York", "us_market", "Nasdaq Real Time Price", 0),
        Venue("PNK", "OTC Markets OTCPK", "America/New_York", "us_market"),
        Venue("NAS", "Nasdaq", "America/New_York", "us_market"),
        Venue("SNP", "SNP", "America/New_York", "us_market"),
        Venue("DJI", "DJI", "America/New_York", "us_market"),
        Venue("NIM", "Nasdaq GIDS", "America/New_York", "us_market"),
        Venue("WCB", "Cboe Indices", "America/New_York", "us_market"),
        Venue("CGI", "Cboe Indices", "America/New_York", "us_market"),
        Venue("CMX", "COMEX", "America/New_York", "us24_market", "Delayed Quote", 10),
        Venue("NYM", "NY Mercantile", "America/New_York", "us24_market", "Delayed Quote", 10),
        Venue("LSE", "LSE", "Europe/London", "gb_market", "Delayed Quote", 20),
        Venue("GER", "XETRA", "Europe/Berlin", "de_market"),
        Venue("HKG", "HKSE", "Asia/Hong_Kong", "hk_market"),
        Venue("JPX", "Tokyo", "Asia/Tokyo", "jp_market", "Delayed Quote", 20),
        Venue("CCY", "CCY", "Europe/London", "ccy_market", "Delayed Quote", 0),
        Venue("CCC", "CCC", "UTC", "ccc_market", "CoinMarketCap", 0),
        Venue("BINANCE", "Binance", "UTC", "ccc_market", "Binance", 0),
    )
}


FMP_SYMBOLS = {
    "GOLD": "GCUSD", "CRUDE": "CLUSD", "EURUSD": "EURUSD", "BTC-USD": "BTCUSD",
    "US3M": "month3", "US5Y": "year5", "US10Y": "year10", "US30Y": "year30",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Listing:
    symbol: str
    yahoo_symbol: str
    binance_symbol: str
    name: str
    asset_class: str
    venue: Venue
    calendar: str
    currency: str
    tick: Decimal
    lot: Decimal
    price: float
    volatility: float
    drift: float
    volume: int
    listed_on: date
    delisted_on: date | None
    served_from: date
    served_until: date
    thin: float
    path: str
    factor: str

    @property
    def names(self) -> tuple[str, ...]:
        """What an event may call it by: the exchange's own symbol or a provider's."""
        names = (self.symbol, self.yahoo_symbol, self.binance_symbol, self.massive_symbol)
        return tuple(dict.fromkeys(filter(None, names)))

    @property
    def massive_symbol(self) -> str:
        """Massive has what is traded in the United States, and writes BRK.B and I:SPX."""
        if self.venue.market != "us_market":
            return ""
        if self.asset_class == "index":
            return f"I:{MASSIVE_INDICES.get(self.symbol, self.symbol)}"
        return self.yahoo_symbol.replace("-", ".") if self.asset_class in ("stock", "etf") else ""

    @property
    def fmp_symbol(self) -> str:
        """As Yahoo writes it, but for what FMP names by a pair, and the tenors of its curve."""
        return FMP_SYMBOLS.get(self.symbol) or self.yahoo_symbol or self.symbol

    @property
    def ticks_per_unit(self) -> int:
        return int(1 / self.tick)

    @property
    def lots_per_unit(self) -> int:
        """Zero when a lot is a whole number of units, as for shares."""
        return int(1 / self.lot) if self.lot < 1 else 0

    @property
    def digest(self) -> int:
        return crc32(self.path.encode())

    @property
    def last_date(self) -> date:
        return self.delisted_on or LAST_DATE

    def served_on(self, day: date) -> bool:
        return self.served_from <= day <= self.served_until

    def price_of(self, ticks: int) -> Decimal:
        return ticks * self.tick

    def volume_of(self, lots: int) -> Decimal:
        return lots * self.lot


def _date(text: str, default: date) -> date:
    return date.fromisoformat(text) if text else default


def _listing(row: dict[str, str]) -> Listing:
    lot = Decimal(row["lot"])
    listed_on = _date(row["listed_on"], FIRST_DATE)
    return Listing(
        symbol=row["symbol"],
        yahoo_symbol=row["yahoo_symbol"],
        binance_symbol=row["binance_symbol"],
        name=row["name"],
        asset_class=row["asset_class"],
        venue=VENUES[row["venue"]],
        calendar=row["calendar"],
        currency=row["currency"],
        tick=Decimal(row["tick"]),
        lot=lot,
        price=float(row["price"]),
        volatility=float(row["volatility"]),
        drift=float(row["drift"]),
        volume=int(Decimal(row["volume"]) / lot),
        listed_on=listed_on,
        delisted_on=date.fromisoformat(row["delisted_on"]) if row["delisted_on"] else None,
        served_from=_date(row["served_from"], listed_on),
        served_until=_date(row["served_until"], LAST_DATE),
        thin=float(row["thin"]),
        path=row["path"] or row["symbol"],
        factor=row["factor"],
    )


@cache
def all_listings() -> tuple[Listing, ...]:
    with Path(__file__).with_name("listings.csv").open(encoding="utf-8", newline="") as file:
        return tuple(_listing(row) for row in csv.DictReader(file))


SIMULATED = re.compile(r"SIM(?!000)(\d{3})")
SIMULATED_SINCE = date(2015, 1, 2)


def simulated(count: int) -> list[Listing]:
    """SIM001, SIM002 and on: as many made-up stocks as a test wants, up to 999.

    They are served like any other but are not in `all_listings`, which is what a reader browses.
    """
    if not 0 <= count <= 999:
        raise ValueError("there are 999 simulated listings")
    return [_simulated(number) for number in range(1, count + 1)]


def listings_named(symbol: str) -> tuple[Listing, ...]:
    """Every listing that a symbol could mean, the simulated one of that name included."""
    found = SIMULATED.fullmatch(symbol)
    return (*all_listings(), _simulated(int(found[1]))) if found else all_listings()


@cache
def _simulated(number: int) -> Listing:
    draw = random.Random(number)
    symbol = f"SIM{number:03d}"
    return Listing(
        symbol=symbol,
        yahoo_symbol=symbol,
        binance_symbol="",
        name=f"Simulated {number:03d} Inc.",
        asset_class="stock",
        venue=VENUES["NMS"],
        calendar="XNAS",
        currency="USD",
        tick=Decimal("0.01"),
        lot=Decimal(1),
        price=round(12 * 40 ** draw.random(), 2),
        volatility=round(draw.uniform(0.16, 0.50), 3),
        drift=round(draw.uniform(-0.02, 0.18), 3),
        volume=round(300_000 * 100 ** draw.random()),
        listed_on=SIMULATED_SINCE,
        delisted_on=None,
        served_from=SIMULATED_SINCE,
        served_until=LAST_DATE,
        thin=0.0,
        path=symbol,
        factor=draw.choice(("tech", "us", "us", "world")),
    )


def find_listing(dialect: str, symbol: str, day: date) -> Listing | None:
    """The listing that answers to a provider's symbol on that day: symbols are renamed and reused.

    `dialect` names a column, `<dialect>_symbol`; a dialect without one uses the exchange's own.
    """
    column = f"{dialect}_symbol"
    for listing in listings_named(symbol):
        if getattr(listing, column, listing.symbol) == symbol and listing.served_on(day):
            return listing
    return None
