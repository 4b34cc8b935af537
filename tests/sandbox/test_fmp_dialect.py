"""The FMP dialect: what its answers get wrong, and that they are of the one market."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import requests

from sandbox import Exchange

KEY = "any-key-will-do"
NEW_YORK = ZoneInfo("America/New_York")
OPEN = datetime(2026, 3, 10, 13, 30)
CLOSE = datetime(2026, 3, 10, 20, 0)


@pytest.fixture
def evening(exchange: Exchange) -> Exchange:
    exchange.set_clock(datetime(2026, 3, 10, 23, 0))
    return exchange


def ask(exchange: Exchange, path: str, **query: str) -> Any:
    parameters = {"apikey": KEY, **query}
    return requests.get(f"{exchange.url}/fmp/stable/{path}", params=parameters, timeout=10).json()


def chart(exchange: Exchange, interval: str, first: str, last: str, symbol: str = "AAPL") -> Any:
    query = {"symbol": symbol, "from": first, "to": last}
    return ask(exchange, f"historical-chart/{interval}", **query)


def days(exchange: Exchange, kind: str, first: str, last: str, symbol: str = "NVDA") -> Any:
    query = {"symbol": symbol, "from": first, "to": last}
    return ask(exchange, f"historical-price-eod/{kind}", **query)


def instant(row: dict[str, Any]) -> datetime:
    local = datetime.strptime(row["date"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=NEW_YORK)
    return local.astimezone(UTC).replace(tzinfo=None)


def test_bars_come_newest_first_on_new_yorks_clock_and_are_the_truths(evening: Exchange) -> None:
    found = chart(evening, "1hour", "2026-03-06", "2026-03-10")
    assert [row["date"] for row in found] == sorted((row["date"] for row in found), reverse=True)
    own = {instant(row): row["close"] for row in found}
    truth = evening.truth.bars("AAPL", "1h", datetime(2026, 3, 6), datetime(2026, 3, 11))
    assert {bar.opened_at for bar in truth} < own.keys()
    assert all(own[bar.opened_at] == float(bar.close) for bar in truth)
    hours = [row["date"][11:] for row in found if row["date"].startswith("2026-03-06")]
    assert hours[-2:] == ["10:30:00", "09:30:00"]


def test_the_close_has_a_bar_of_its_own(evening: Exchange) -> None:
    found = chart(evening, "1min", "2026-03-10", "2026-03-10")
    assert (found[0]["date"], found[0]["volume"]) == ("2026-03-10 16:00:00", 0)
    assert len(found) == 391


def test_a_long_answer_is_cut_and_keeps_its_newest_bars(evening: Exchange) -> None:
    whole = chart(evening, "1min", "2026-03-08", "2026-03-10")
    long = chart(evening, "1min", "2026-02-01", "2026-03-10")
    assert len(long) == evening.limits.fmp_intraday_rows
    assert long[: len(whole)] == whole


def test_a_bar_still_changes_after_it_has_closed(exchange: Exchange) -> None:
    exchange.set_clock(datetime(2026, 3, 10, 15, 3))
    fresh = {row["date"]: row for row in chart(exchange, "1min", "2026-03-10", "2026-03-10")}
    exchange.set_clock(datetime(2026, 3, 10, 15, 30))
    later = {row["date"]: row for row in chart(exchange, "1min", "2026-03-10", "2026-03-10")}
    changed = [stamp for stamp, row in fresh.items() if row != later[stamp]]
    assert [stamp[11:] for stamp in changed] == ["11:02:00", "11:01:00", "11:00:00", "10:59:00"]


def test_a_weekend_and_an_unknown_symbol_look_alike(evening: Exchange) -> None:
    assert chart(evening, "5min", "2026-03-07", "2026-03-08") == []
    assert chart(evening, "5min", "2026-03-09", "2026-03-10", "NOPE") == []


def test_a_days_change_is_since_its_open_and_its_vwap_a_mean(evening: Exchange) -> None:
    for row in days(evening, "full", "2026-02-02", "2026-03-10"):
        assert row["change"] == pytest.approx(row["close"] - row["open"], abs=1e-4)
        assert row["changePercent"] == pytest.approx(100 * row["change"] / row["open"], abs=1e-3)
        mean = sum(row[name] for name in ("open", "high", "low", "close")) / 4
        assert row["vwap"] == pytest.approx(mean, abs=1e-4)


def test_days_are_split_adjusted_unless_asked_otherwise(evening: Exchange) -> None:
    window = ("2024-06-06", "2024-06-11")
    full = {row["date"]: row for row in days(evening, "full", *window)}
    plain = {row["date"]: row for row in days(evening, "non-split-adjusted", *window)}
    light = {row["date"]: row for row in days(evening, "light", *window)}
    assert plain["2024-06-07"]["adjClose"] == pytest.approx(10 * full["2024-06-07"]["close"])
    assert plain["2024-06-10"]["adjClose"] == pytest.approx(full["2024-06-10"]["close"])
    assert light["2024-06-07"]["price"] == full["2024-06-07"]["close"]
    truth = evening.truth.bars("NVDA", "1d", datetime(2024, 6, 7), datetime(2024, 6, 8))
    assert plain["2024-06-07"]["adjClose"] == pytest.approx(float(truth[0].close), abs=0.06)


def test_dividends_lower_only_the_prices_before_them(evening: Exchange) -> None:
    window = ("2026-02-02", "2026-02-20")
    full = {row["date"]: row for row in days(evening, "full", *window, symbol="AAPL")}
    paid = {row["date"]: row for row in days(evening, "dividend-adjusted", *window, symbol="AAPL")}
    (event,) = [row for row in ask(evening, "dividends", symbol="AAPL") if row["date"] in full]
    after = [day for day in full if day >= event["date"]]
    assert all(paid[day]["adjClose"] == full[day]["close"] for day in after)
    assert all(paid[day]["adjClose"] < full[day]["close"] for day in full.keys() - set(after))


def test_a_session_has_its_day_only_when_it_is_over(exchange: Exchange) -> None:
    assert days(exchange, "full", "2026-03-11", "2026-03-11") == []
    exchange.set_clock(CLOSE + timedelta(days=1, minutes=1))
    assert [row["date"] for row in days(exchange, "full", "2026-03-11", "2026-03-11")] == [
        "2026-03-11"
    ]


def test_the_curve_has_all_tenors_ninety_days_and_the_bond_markets_holidays(
    evening: Exchange,
) -> None:
    found = ask(evening, "treasury-rates", **{"from": "2025-01-01", "to": "2025-12-31"})
    dates = [date.fromisoformat(row["date"]) for row in found]
    assert dates == sorted(dates, reverse=True)
    assert (dates[0] - dates[-1]).days <= 90
    assert date(2025, 11, 10) in dates
    assert date(2025, 11, 11) not in dates
    for row in found:
        _, between, _ = sorted((row["month3"], row["month6"], row["year5"]))
        assert between == row["month6"]
    old = ask(evening, "treasury-rates", **{"from": "2001-06-01", "to": "2001-08-10"})
    assert {row["month2"] for row in old} == {None}
    assert (old[0]["month1"] is None, old[-1]["month1"] is None) == (False, True)


def test_the_curve_of_today_comes_two_hours_after_the_close(exchange: Exchange) -> None:
    today = {"from": "2026-03-10", "to": "2026-03-10"}
    exchange.set_clock(CLOSE + timedelta(minutes=119))
    assert ask(exchange, "treasury-rates", **today) == []
    exchange.set_clock(CLOSE + timedelta(minutes=120))
    assert len(ask(exchange, "treasury-rates", **today)) == 1


@pytest.mark.parametrize("symbol", ["AAPL", "^GSPC", "GCUSD", "EURUSD", "BTCUSD"])
def test_quotes_of_every_class_name_their_time_in_utc(evening: Exchange, symbol: str) -> None:
    (row,) = ask(evening, "quote", symbol=symbol)
    assert row["symbol"] == symbol
    assert row["dayLow"] <= row["price"] <= row["dayHigh"]
    if symbol in ("AAPL", "^GSPC"):
        assert row["timestamp"] == int((CLOSE - datetime(1970, 1, 1)).total_seconds()) + 1


def test_a_batch_leaves_out_what_it_does_not_know(evening: Exchange) -> None:
    found = ask(evening, "batch-quote", symbols="MSFT,NOPE,AAPL,MSFT")
    assert [row["symbol"] for row in found] == ["MSFT", "AAPL"]


@pytest.mark.parametrize("key", ["", "wrong-key"])
def test_a_key_is_asked_for(evening: Exchange, key: str) -> None:
    answer = requests.get(
        f"{evening.url}/fmp/stable/quote", params={"symbol": "AAPL", "apikey": key}, timeout=10
    )
    assert answer.status_code == 401


def test_the_journal_shows_no_key(evening: Exchange) -> None:
    ask(evening, "quote", symbol="AAPL")
    assert evening.journal()[-1].query == {"apikey": "***", "symbol": "AAPL"}


def test_with_jitter_prices_show_the_decimals_of_a_32_bit_float() -> None:
    with Exchange(now=datetime(2026, 3, 10, 23, 0), jitter=True) as exchange:
        prices = [days(exchange, "full", "2026-03-09", "2026-03-09")[0]["close"] for _ in range(8)]
    truth = float(exchange.truth.bars("NVDA", "1d", OPEN - timedelta(days=1), OPEN)[0].close)
    assert len(set(prices)) > 1
    assert prices == [pytest.approx(truth, rel=2e-7)] * 8
