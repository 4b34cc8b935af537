"""yfinance works against the exchange unchanged, given a session that rewrites its hosts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from sandbox import Exchange

curl = pytest.importorskip("curl_cffi.requests")
yfinance = pytest.importorskip("yfinance")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")

MIDDAY = datetime(2026, 3, 11, 15, 0, 30)
EVENTS = [
    {"kind": "hole", "symbol": "SIM001", "on": "2026-03-10 15:00", "until": "2026-03-10 15:30",
     "value": "1m never"},
    {"kind": "split", "symbol": "SIM002", "on": "2026-03-04", "value": "2:1"},
    {"kind": "split_lag", "symbol": "SIM002", "on": "2026-03-04", "until": "2026-03-20",
     "value": "prices"},
]  # fmt: skip
Ticker = Callable[[str], Any]


@pytest.fixture(scope="module")
def served() -> Iterator[Exchange]:
    with Exchange(now=MIDDAY, events=EVENTS) as exchange:
        yield exchange


@pytest.fixture(scope="module")
def ticker(served: Exchange, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ticker]:
    base = served.url + "/yahoo"

    class Session(curl.Session):  # type: ignore[misc, name-defined]
        def request(self, method: str, url: str, *given: Any, **named: Any) -> Any:
            parts = urlsplit(url)
            if parts.hostname is not None and parts.hostname.endswith("yahoo.com"):
                query = "?" + parts.query if parts.query else ""
                url = base + (parts.path or "/") + query
            return super().request(method, url, *given, **named)

    cache: Path = tmp_path_factory.mktemp("yfinance")
    yfinance.set_tz_cache_location(str(cache))
    hidden = yfinance.config.debug.hide_exceptions
    yfinance.config.debug.hide_exceptions = False
    session = Session()
    yield lambda symbol: yfinance.Ticker(symbol, session=session)
    yfinance.config.debug.hide_exceptions = hidden
    session.close()


@pytest.mark.parametrize(
    ("interval", "start", "end"),
    [
        ("1d", "2026-02-02", "2026-03-07"),
        ("1m", "2026-03-09", "2026-03-10"),
        ("1h", "2026-03-02", "2026-03-10"),
    ],
)
def test_history_reads_the_true_bars(
    served: Exchange, ticker: Ticker, interval: str, start: str, end: str
) -> None:
    frame = ticker("AAPL").history(start=start, end=end, interval=interval, auto_adjust=False)
    truth = served.truth.bars(
        "AAPL", interval, datetime.fromisoformat(start), datetime.fromisoformat(end)
    )
    assert len(frame) == len(truth)
    assert frame["Volume"].tolist() == [int(bar.volume) for bar in truth]
    for column in ("Open", "High", "Low", "Close"):
        expected = [float(getattr(bar, column.lower())) for bar in truth]
        assert frame[column].tolist() == pytest.approx(expected, rel=1e-7)


def test_dividends_and_splits_are_read(ticker: Ticker) -> None:
    frame = ticker("NVDA").history(start="2024-05-01", end="2024-10-01", actions=True)
    splits = frame["Stock Splits"]
    assert splits[splits > 0].tolist() == [10.0]
    assert splits.idxmax().date().isoformat() == "2024-06-10"
    assert (frame["Dividends"] > 0).sum() == 2


def test_the_running_day_and_minute_are_read(ticker: Ticker) -> None:
    days = ticker("MSFT").history(period="5d", interval="1d")
    minutes = ticker("MSFT").history(period="1d", interval="1m")
    assert len(days) == 5
    assert days.index[-1].date().isoformat() == "2026-03-11"
    assert 90 <= len(minutes) <= 92


def test_a_hole_is_read_as_bars_that_are_not_there(ticker: Ticker) -> None:
    frame = ticker("SIM001").history(start="2026-03-10", end="2026-03-11", interval="1m")
    minutes = frame.index.tz_convert("UTC")
    assert len(minutes) == 390 - 30
    assert not ((minutes.hour == 15) & (minutes.minute < 30)).any()


def test_a_split_without_its_prices_is_read(served: Exchange, ticker: Ticker) -> None:
    frame = ticker("SIM002").history(start="2026-03-02", end="2026-03-07", auto_adjust=False)
    truth = served.truth.bars("SIM002", "1d", datetime(2026, 3, 2), datetime(2026, 3, 7))
    assert frame["Stock Splits"].tolist() == [0, 0, 2, 0, 0]
    assert frame["Close"].tolist() == pytest.approx([float(bar.close) for bar in truth], rel=1e-7)


def test_round_the_clock_listings_are_read(ticker: Ticker) -> None:
    for symbol in ("BTC-USD", "GC=F", "EURUSD=X"):
        assert len(ticker(symbol).history(period="5d", interval="1h")) > 60, symbol


def test_an_unknown_symbol_raises_what_yfinance_raises(ticker: Ticker) -> None:
    with pytest.raises(Exception, match=r"possibly delisted|No data found|404"):
        ticker("NOSUCH").history(period="5d")
