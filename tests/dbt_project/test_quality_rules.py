"""Each measured rule fires on its fault and on nothing else, also when the whole market crashes."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

import pytest

from tests.dbt_project.raw_rows import RawRows, Row

FIRST, LAST = date(2024, 1, 1), date(2024, 5, 31)
NASDAQ = ["AAPL", "AIQ", "AMD", "AMZN", "AVGO", "GOOGL", "INTC", "META", "MSFT", "NVDA", "PLTR"]
INDICES = ["IXIC", "NDX"]
YAHOO = {"IXIC": "^IXIC", "NDX": "^NDX"}
CRASH, REBOUND, SILENT, FAULT, STALE = 70, 71, 60, 80, 95
CRASHED = {CRASH: 0.82, REBOUND: 1.15}
PRICES = ("open", "high", "low", "close")
Days = list[Row]


def spike(days: Days, other: Days) -> None:
    days[FAULT] |= {"close": days[FAULT]["close"] * 1.3, "high": days[FAULT]["high"] * 1.3}


def shift(days: Days, other: Days) -> None:
    scale(days[FAULT:], 1.3)


def split(days: Days, other: Days) -> None:
    scale(days[FAULT:], 0.5)


def units(days: Days, other: Days) -> None:
    scale(days[FAULT : FAULT + 2], 100)


def wick(days: Days, other: Days) -> None:
    days[FAULT]["low"] *= 0.7


def stale(days: Days, other: Days) -> None:
    days[FAULT] |= {name: days[FAULT - 1][name] for name in (*PRICES, "volume")}


def volume(days: Days, other: Days) -> None:
    days[FAULT]["volume"] *= 40


def volumeless(days: Days, other: Days) -> None:
    days[FAULT]["volume"] = 0


def foreign(days: Days, other: Days) -> None:
    days[FAULT] |= {name: other[FAULT][name] for name in PRICES}


def news(days: Days) -> None:
    """A real move: it stays, and everybody trades."""
    scale(days[FAULT:], 1.3)
    days[FAULT]["volume"] *= 5


def currency(days: Days, other: Days) -> None:
    days[FAULT]["currency"] = "EUR"


def adjusted(days: Days, other: Days) -> None:
    for day in days:
        day["adj_close"] = day["close"]
    days[FAULT]["adj_close"] *= 0.9


FAULTS: dict[str, tuple[str, Callable[[Days, Days], None]]] = {
    "AIQ": ("price_spike", spike),
    "AMD": ("level_shift", shift),
    "AMZN": ("unexplained_split", split),
    "AVGO": ("unit_switch", units),
    "GOOGL": ("wick_spike", wick),
    "INTC": ("stale_bar", stale),
    "META": ("volume_spike", volume),
    "MSFT": ("volume_zero", volumeless),
    "NVDA": ("foreign_bar", foreign),
    "IXIC": ("currency_changed", currency),
    "AAPL": ("adjusted_close_disagrees", adjusted),
}


def scale(days: Days, factor: float) -> None:
    for day in days:
        day |= {name: day[name] * factor for name in PRICES}


def drawn(symbol: str, sessions: list[Row], request: int) -> Days:
    """A hundred days around a price of its own, with everybody's crash and rebound in them."""
    steady = random.Random(symbol)
    price, found = 20 + 200 * steady.random(), []
    for number, session in enumerate(sessions):
        opened = price * CRASHED.get(number, 1)
        price = opened * (1 + steady.gauss(0, 0.012))
        found.append(
            {
                "request_id": request,
                "symbol": YAHOO.get(symbol, symbol),
                "interval": "1d",
                "stamped_at": session["opens_at"],
                "exchange_timezone": "America/New_York",
                "currency": "USD",
                "open": opened,
                "high": max(opened, price) * (1 + abs(steady.gauss(0, 0.004))),
                "low": min(opened, price) * (1 - abs(steady.gauss(0, 0.004))),
                "close": price,
                "volume": 0 if symbol in INDICES else round(1e6 * steady.lognormvariate(0, 0.3)),
            }
        )
    return found


def hours(day: Row, session: Row) -> Days:
    """Seven hours that trade at the day's prices, one of them far above its high."""
    found = []
    for number in range(7):
        at = session["opens_at"] + timedelta(hours=number)
        found.append(day | {"interval": "1h", "stamped_at": at, "volume": day["volume"] // 7})
    found[3]["high"] *= 1.2
    return found


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> RawRows:
    raw = RawRows(tmp_path_factory.mktemp("quality"))
    sessions = raw.sessions("XNAS", FIRST, LAST)[:100]
    raw.land("calendar_sessions", sessions)
    read_at = datetime(2024, 6, 3, 12)
    request = raw.request(read_at, provider="yahoo", instrument_id=1, symbol="AAPL", interval="1d")
    bars = {symbol: drawn(symbol, sessions, request) for symbol in NASDAQ + INDICES}
    news(bars["PLTR"])
    for symbol, (_, fault) in FAULTS.items():
        fault(bars[symbol], bars["PLTR"])
    for days in bars.values():
        del days[SILENT]
    bars["NDX"] = bars["NDX"][:STALE]
    rows = [row for days in bars.values() for row in days]
    raw.land("yahoo_bars", rows + hours(bars["AAPL"][FAULT - 1], sessions[FAULT]), read_at)
    event = {"request_id": request, "exchange_timezone": "America/New_York", "currency": "USD"}
    paid = {"symbol": "PLTR", "stamped_at": sessions[50]["opens_at"], "amount": 8.0}
    raw.land("yahoo_dividends", [event | paid], read_at)
    rejected = {"provider": "yahoo", "table_name": "yahoo_bars", "reason": "low is not finite"}
    payload = f'{{"timestamp": {int(sessions[9]["opens_at"].timestamp())}, "low": NaN}}'
    raw.land("rejected_rows", [rejected | {"request_id": request, "payload": payload}], read_at)
    read_again(raw, bars["PLTR"], read_at + timedelta(days=30))
    raw.build("--exclude", "test_type:data")
    return raw


def read_again(raw: RawRows, days: Days, read_at: datetime) -> None:
    """Thirty final closes, all a little higher than they were."""
    request = raw.request(read_at, provider="yahoo")
    moved = [day | {"close": day["close"] * 1.001, "request_id": request} for day in days[:30]]
    for day in moved:
        day["high"] = max(day["high"], day["close"])
    raw.land("yahoo_bars", moved, read_at)


@pytest.fixture(scope="module")
def found(raw: RawRows) -> dict[tuple[str, str | None], set[date | None]]:
    """The days on which each rule found something about each symbol."""
    days = defaultdict(set)
    for rule, symbol, opened_at in raw.rows(
        "select rule, symbol, opened_at from data_quality_log "
        "left join instruments using (instrument_id) where interval is null or interval = '1d'"
    ):
        days[rule, symbol].add(opened_at and opened_at.date())
    return dict(days)


@pytest.fixture(scope="module")
def fault_on(raw: RawRows) -> date:
    day: date = raw.sessions("XNAS", FIRST, LAST)[FAULT]["session_date"]
    return day


@pytest.mark.parametrize("symbol", FAULTS)
def test_a_rule_finds_its_fault_and_nothing_besides(
    symbol: str, found: dict[tuple[str, str | None], set[date | None]], fault_on: date
) -> None:
    rule = FAULTS[symbol][0]
    of_symbol = {name: days for (name, whose), days in found.items() if whose == symbol}
    of_symbol.pop("rejected_row", None)
    of_symbol.pop("interval_mismatch", None)
    assert fault_on in of_symbol.pop(rule)
    # What stands there instead of its own bar has also leapt there and back.
    assert set(of_symbol) <= ({"price_spike"} if rule == "foreign_bar" else set())


def test_neither_a_crash_nor_news_is_a_fault(
    found: dict[tuple[str, str | None], set[date | None]], raw: RawRows
) -> None:
    sessions = raw.sessions("XNAS", FIRST, LAST)
    crashed = {sessions[number]["session_date"] for number in (CRASH, REBOUND)}
    assert not {key for key, days in found.items() if days & crashed}
    of_news = {rule for rule, symbol in found if symbol == "PLTR"}
    assert of_news == {"final_bar_restated", "restatement_storm", "dividend_implausible"}


def test_a_dividend_that_the_price_did_not_notice_is_implausible(raw: RawRows) -> None:
    [(key, detail)] = raw.rows("select key, detail from quality.quality_dividend_implausible")
    assert key.startswith("PLTR dividend 2024-03-")
    assert detail.startswith("dividend of 8.0 is ")


def test_hours_that_leave_the_range_of_their_day_contradict_it(
    found: dict[tuple[str, str | None], set[date | None]], fault_on: date
) -> None:
    assert found["interval_mismatch", "AAPL"] == {fault_on}


def test_a_final_bar_that_moves_is_an_alert_and_many_at_once_are_a_storm(raw: RawRows) -> None:
    severities = raw.rows(
        "select rule, severity, count(*) from data_quality_log "
        "where rule in ('final_bar_restated', 'restatement_storm') group by all order by rule"
    )
    assert severities == [("final_bar_restated", "alert", 30), ("restatement_storm", "alert", 1)]


def test_who_falls_silent_alone_is_stale_and_all_at_once_are_the_calendar(raw: RawRows) -> None:
    silent = raw.sessions("XNAS", FIRST, LAST)[SILENT]["session_date"]
    assert raw.rows("select key from quality.quality_stale_instrument") == [("NDX 1d",)]
    assert raw.rows("select key from quality.quality_calendar_contradicted") == [
        (f"XNAS {silent}",)
    ]


def test_a_rejected_row_tells_its_instrument_and_bar(raw: RawRows) -> None:
    rows = raw.rows("select instrument_id, interval, opened_at from quality.quality_rejected_row")
    assert [(instrument, interval) for instrument, interval, _ in rows] == [(1, "1d")]
    assert rows[0][2].date() == raw.sessions("XNAS", FIRST, LAST)[9]["session_date"]


def test_a_score_is_taken_apart_by_the_rows_of_the_log(raw: RawRows) -> None:
    scores = dict(
        raw.rows(
            "select symbol, min(data_quality_score) from data_quality_scores "
            "where interval = '1d' and symbol in ('GOOGL', 'META', 'AVGO') group by symbol"
        )
    )
    assert {name: float(score) for name, score in scores.items()} == {
        "GOOGL": 0.6,
        "META": 0.8,
        "AVGO": 0.0,
    }


def every_rule(raw: RawRows) -> Iterator[str]:
    for (rule,) in raw.rows("select rule from seeds.quality_rules"):
        yield rule


def test_every_rule_of_the_seed_is_a_model_with_the_columns_of_all(raw: RawRows) -> None:
    shapes = {
        tuple(raw.rows(f"select column_name from (describe quality.quality_{rule})"))
        for rule in every_rule(raw)
    }
    assert len(shapes) == 1
    views = raw.rows("select view_name from duckdb_views() where schema_name = 'quality'")
    assert {name.removeprefix("quality_") for (name,) in views} == set(every_rule(raw))
