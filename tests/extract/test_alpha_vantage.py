"""Alpha Vantage against answers on a real socket: plans, refusals, its echoed key, its clocks."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from cases.alpha_vantage import bars
from provider_runs import Landed, run
from pydantic import SecretStr
from scripted_server import ScriptedServer, answer

from extract import alpha_vantage
from extract.budgets.store import seconds_now
from extract.context import FetchContext
from extract.ledger.coverage import rules
from extract.request_log import RejectedRows, RequestLog
from extract.work import WorkItem
from sandbox import Exchange
from sandbox.alpha_vantage import words
from warehouse import clock
from warehouse.provider_settings import AlphaVantageSettings

KEY = "Q7RSECRETKEY41ZX"
OPEN, CLOSE = timedelta(hours=14.5), timedelta(hours=21)
PRICES = ("open", "high", "low", "close")
Series = dict[str, dict[str, str]]


def context(folder: Path, url: str, key: str | None = KEY, **changes: Any) -> FetchContext:
    quick = {"attempts": 3, "backoff_seconds": 0.01, "max_wait_seconds": 2.0}
    unlimited = {"calls_per_second": 0, "calls_per_minute": 0, "calls_per_day": 0}
    settings = AlphaVantageSettings(base_url=url, **(quick | unlimited | changes))
    secret = SecretStr(key) if key else None
    return FetchContext(7, settings, RequestLog(7), RejectedRows(), folder, secret)


def played(folder: Path, items: list[WorkItem], *bodies: Any, **changes: Any) -> Landed:
    """What a run makes of these answers, one a call."""
    texts = [one if isinstance(one, str | bytes) else json.dumps(one) for one in bodies]
    with ScriptedServer(*(answer(text) for text in texts)) as server:
        return run(alpha_vantage, items, context(folder, server.url, **changes))


def days(first: date, count: int) -> list[date]:
    found = [first + timedelta(days=number) for number in range(count * 2)]
    return [one for one in found if one.weekday() < 5][:count]


def figures(*labels: str) -> dict[str, str]:
    given = labels or ("1. open", "2. high", "3. low", "4. close", "5. volume")
    return {one: "900" if "volume" in one else "10.1234" for one in given}


def daily(rows: Series, symbol: str = "IBM", zone: str = "US/Eastern") -> dict[str, Any]:
    meta = {"2. Symbol": symbol, "4. Output Size": "Compact", "5. Time Zone": zone}
    return {"Meta Data": meta, "Time Series (Daily)": rows}


def window(first: date, last: date, symbol: str = "IBM", interval: str = "1d") -> WorkItem:
    start = datetime(first.year, first.month, first.day) + OPEN
    return bars(symbol, interval, start, datetime(last.year, last.month, last.day) + CLOSE)


@pytest.fixture(autouse=True)
def _after_all_of_it() -> None:
    clock.use(lambda: datetime(2026, 3, 20, 12))


@pytest.mark.parametrize(
    ("said", "outcome", "calls"),
    [
        (words.TOO_SOON, "throttled", 2),
        (words.day_is_used_up(KEY), "throttled", 1),
        (words.PREMIUM_ENDPOINT, "out_of_range", 1),
        (words.PREMIUM_OUTPUTSIZE, "out_of_range", 1),
        (words.DEMO_KEY, "unauthorised", 1),
        (words.MISSING_KEY, "unauthorised", 1),
        (words.invalid("TIME_SERIES_DAILY"), "unknown_symbol", 1),
        ({"Note": "Our standard API call frequency is 5 calls per minute and 500 calls per day."},
         "throttled", 1),
        ({"Information": "Something nobody has seen before."}, "malformed", 1),
        ({}, "unknown_symbol", 1),
        ({"Meta Data": {}}, "malformed", 1),
        ([1, 2], "malformed", 2),
        ("<html>Will be right back</html>", "unavailable", 2),
    ],
)  # fmt: skip
def test_an_answer_without_its_data_is_told_by_its_words(
    said: Any, outcome: str, calls: int, tmp_path: Path
) -> None:
    item = window(date(2026, 3, 2), date(2026, 3, 6))
    landed = played(tmp_path, [item], said, attempts=2)
    assert landed.outcomes == [outcome]
    assert len(landed.requests) == calls
    assert not any(landed.tables.values())
    assert landed.requests[-1]["status"] == 200


def test_the_refusal_of_a_burst_is_told_from_that_of_the_day_and_waited_out(tmp_path: Path) -> None:
    assert "25 requests per day" in words.TOO_SOON["Information"]
    item = window(date(2026, 3, 2), date(2026, 3, 2))
    good = daily({"2026-03-02": figures()})
    texts = [answer(json.dumps(one)) for one in (words.TOO_SOON, good)]
    with ScriptedServer(*texts) as server:
        landed = run(alpha_vantage, [item], context(tmp_path, server.url))
        assert server.times[1] - server.times[0] > 1
    assert landed.outcomes == []
    assert [one["outcome"] for one in landed.requests] == ["throttled", "ok"]


def test_a_used_up_day_stops_this_run_and_the_next_ones_until_tomorrow(tmp_path: Path) -> None:
    items = [window(date(2026, 3, 2), date(2026, 3, 2), symbol) for symbol in ("IBM", "MSFT")]
    spent = words.day_is_used_up(KEY)
    with ScriptedServer(answer(json.dumps(spent))) as server:
        landed = run(alpha_vantage, items, context(tmp_path, server.url))
        again = run(alpha_vantage, items[:1], context(tmp_path, server.url))
        circuit = context(tmp_path, server.url).budget("alpha_vantage").ledger.circuit()
    assert landed.outcomes == ["throttled", "throttled"]
    assert len(landed.requests) == 1
    assert again.requests == []
    assert circuit
    assert 82_800 < circuit.until_at - seconds_now() <= 86_400


def test_the_key_shows_nowhere_though_the_address_holds_it_and_answers_repeat_it(
    tmp_path: Path,
) -> None:
    items = [window(date(2026, 3, 2), date(2026, 3, 3), symbol) for symbol in ("IBM", "MSFT")]
    echoing = daily({"2026-03-02": figures() | {"4. close": KEY}, "2026-03-03": figures()})
    unknown = {"Information": f"We do not like the API key as {KEY}, nor {KEY} at all."}
    landed = played(tmp_path, items, echoing, unknown)
    assert landed.outcomes == ["malformed"]
    assert len(landed.rejected) == 1
    told = repr((landed.requests, landed.rejected, landed.context.failures, landed.tables))
    assert KEY not in told
    assert "apikey=***" in landed.requests[0]["url"]
    nobody = run(alpha_vantage, items, context(tmp_path, "http://127.0.0.1:9", attempts=1))
    assert nobody.outcomes == ["unavailable", "unavailable"]
    spent = played(tmp_path, items[:1], words.day_is_used_up(KEY))
    for one in (nobody, spent):
        assert KEY not in repr((one.requests, one.context.failures))
    assert all(
        KEY.encode() not in file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()
    )


def test_a_key_that_is_no_longer_ours_is_masked_by_where_it_stands(tmp_path: Path) -> None:
    item = window(date(2026, 3, 2), date(2026, 3, 2))
    landed = played(tmp_path, [item], words.day_is_used_up("ANOTHERKEY000001"))
    assert "ANOTHERKEY000001" not in repr((landed.requests, landed.context.failures))
    assert "25 requests per day" in landed.context.failures[0].detail


def test_without_a_key_nothing_is_asked(tmp_path: Path) -> None:
    item = window(date(2026, 3, 2), date(2026, 3, 2))
    with ScriptedServer(answer("{}")) as server:
        landed = run(alpha_vantage, [item], context(tmp_path, server.url, key=None))
        assert server.requests == []
    assert landed.outcomes == ["unauthorised"]
    assert "ALPHA_VANTAGE_API_KEY" in landed.context.failures[0].detail


def test_labels_are_matched_by_their_words_not_by_their_numbers(tmp_path: Path) -> None:
    labels = ("1. close", "2. adjusted close", "3. volume", "4. split coefficient", "open",
              "6. high", "7. low", "8. dividend amount", "9. mood")  # fmt: skip
    values = dict(
        zip(labels, ("4", "3", "77", "2.0", "1", "5", "0.5", "0.25", "fine"), strict=True)
    )
    item = window(date(2026, 3, 2), date(2026, 3, 2))
    (row,) = played(tmp_path, [item], daily({"2026-03-02": values})).tables["alpha_vantage_bars"]
    expected = {
        "open": "1", "high": "5", "low": "0.5", "close": "4", "volume": "77",
        "adjusted_close": "3", "dividend_amount": "0.25", "split_coefficient": "2",
    }  # fmt: skip
    assert {name: row[name] for name in expected} == {
        name: Decimal(text) for name, text in expected.items()
    }


def test_a_bar_that_cannot_be_read_is_set_aside_and_the_others_land(tmp_path: Path) -> None:
    rows = {"2026-03-02": figures("1. open", "2. high", "3. low", "5. volume"),
            "2026-03-03": figures() | {"2. high": "n/a"},
            "2026-03-04": figures()}  # fmt: skip
    item = window(date(2026, 3, 2), date(2026, 3, 6))
    landed = played(tmp_path, [item], daily(rows))
    assert [row["bar_date"] for row in landed.tables["alpha_vantage_bars"]] == [date(2026, 3, 4)]
    assert [row["reason"] for row in landed.rejected] == [
        "no 'close' among the labels", "high is not a number: 'n/a'",
    ]  # fmt: skip
    assert landed.requests[0]["row_count"] == 3


@pytest.mark.parametrize(
    "meta", [{"2. Symbol": "MSFT"}, {"2. Symbol": "IBM", "4. Interval": "60min"}]
)
def test_an_answer_about_something_else_is_not_believed(
    meta: dict[str, str], tmp_path: Path
) -> None:
    item = window(date(2026, 3, 2), date(2026, 3, 2), interval="5m")
    wrong = {"Meta Data": meta, "Time Series (5min)": {"2026-03-02 09:30:00": figures()}}
    landed = played(tmp_path, [item], wrong, plan="premium")
    assert landed.outcomes == ["malformed"]
    assert not any(landed.tables.values())


def test_what_a_compact_answer_does_not_reach_is_out_of_range(tmp_path: Path) -> None:
    held = days(date(2025, 10, 20), 100)
    body = daily({one.isoformat(): figures() for one in reversed(held)})
    partly = window(date(2025, 10, 1), held[-1])
    landed = played(tmp_path, [partly], body)
    assert len(landed.tables["alpha_vantage_bars"]) == 100
    assert landed.outcomes == ["out_of_range"]
    assert landed.requests[0]["outcome"] == "ok"
    assert landed.requests[0]["window_start"] == datetime(2025, 10, 20, 4)
    wholly = window(date(2025, 9, 1), date(2025, 9, 30))
    beyond = played(tmp_path, [wholly], body)
    assert beyond.outcomes == [beyond.requests[0]["outcome"]] == ["out_of_range"]
    assert beyond.requests[0]["window_start"] is None


def test_a_young_symbols_short_answer_is_whole(tmp_path: Path) -> None:
    body = daily({one.isoformat(): figures() for one in days(date(2026, 1, 5), 20)})
    landed = played(tmp_path, [window(date(2025, 10, 1), date(2026, 3, 6))], body)
    assert landed.outcomes == []
    assert landed.requests[0]["window_start"] == datetime(2025, 10, 1, 14, 30)


def test_the_running_day_is_left_out_also_when_it_has_an_hour(tmp_path: Path) -> None:
    clock.use(lambda: datetime(2026, 3, 3, 18))
    rows = {"2026-03-03 13:00:00": figures(), "2026-03-02": figures()}
    landed = played(tmp_path, [window(date(2026, 3, 2), date(2026, 3, 3))], daily(rows))
    assert [row["bar_date"] for row in landed.tables["alpha_vantage_bars"]] == [date(2026, 3, 2)]
    assert landed.rejected == []


def test_a_free_key_is_not_asked_for_minutes(tmp_path: Path) -> None:
    landed = played(tmp_path, [window(date(2026, 3, 2), date(2026, 3, 2), interval="1m")], "{}")
    assert landed.outcomes == ["out_of_range"]
    assert landed.requests == []


def test_a_free_plan_lacks_minutes_and_old_days_and_a_premium_one_nothing() -> None:
    free, premium = AlphaVantageSettings(), AlphaVantageSettings(plan="premium")
    assert (free.history_days, premium.history_days) == (140, None)
    assert free.lacking == {"1m", "5m", "15m"}
    assert premium.lacking == set()
    assert AlphaVantageSettings(plan="premium", history_days=900).history_days == 900
    assert timedelta(minutes=free.delay_minutes) == rules()["alpha_vantage"].settle("1d")


def test_hours_are_not_served_at_all(tmp_path: Path) -> None:
    item = window(date(2026, 3, 2), date(2026, 3, 2), interval="1h")
    assert alpha_vantage.chunks("1h", item.start, item.end, item.end) == []
    landed = played(tmp_path, [item], "{}", plan="premium")
    assert landed.outcomes == ["out_of_range"]
    assert landed.requests == []


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("09:30:00", "15:55:00", datetime(2026, 3, 2, 14, 30)),
        ("09:35:00", "16:00:00", datetime(2026, 3, 2, 14, 30)),
        ("04:05:00", "20:00:00", datetime(2026, 3, 2, 9, 0)),
        ("04:00:00", "19:55:00", datetime(2026, 3, 2, 9, 0)),
        ("11:00:00", "12:00:00", datetime(2026, 3, 2, 16, 0)),
    ],
)
def test_stamps_are_starts_unless_they_reach_the_markets_end(
    first: str, last: str, expected: datetime, tmp_path: Path
) -> None:
    stamps = {f"2026-03-02 {one}": figures() for one in (last, "11:05:00", first)}
    body = {"Meta Data": {"6. Time Zone": "US/Eastern"}, "Time Series (5min)": stamps}
    day = datetime(2026, 3, 2)
    item = bars("IBM", "5m", day, day + timedelta(days=1, hours=2))
    landed = played(tmp_path, [item], body, plan="premium")
    assert min(row["opened_at"] for row in landed.tables["alpha_vantage_bars"]) == expected


def test_minutes_are_asked_raw_a_month_at_a_time(tmp_path: Path) -> None:
    item = bars("IBM", "5m", datetime(2026, 1, 30, 14, 30), datetime(2026, 2, 2, 21))
    empty = {"Meta Data": {"6. Time Zone": "US/Eastern"}, "Time Series (5min)": {}}
    with ScriptedServer(answer("{}"), answer(json.dumps(empty))) as server:
        landed = run(alpha_vantage, [item], context(tmp_path, server.url, plan="premium"))
        assert [line.split("month=")[1][:7] for line in server.first_lines] == [
            "2026-01", "2026-02",
        ]  # fmt: skip
        asked = server.first_lines[0]
    for parameter in ("adjusted=false", "extended_hours=false", "outputsize=full"):
        assert parameter in asked
    assert [one["outcome"] for one in landed.requests] == ["empty", "empty"]
    pieces = alpha_vantage.chunks("5m", item.start, item.end, item.end)
    assert [end for _, end in pieces] == [datetime(2026, 2, 1), item.end]


def test_clocks_that_change_in_a_month_move_the_stamps(tmp_path: Path) -> None:
    stamps = {f"2026-03-{day} 09:30:00": figures() for day in ("06", "09")}
    body = {"Meta Data": {"6. Time Zone": "US/Eastern"}, "Time Series (5min)": stamps}
    item = bars("IBM", "5m", datetime(2026, 3, 2), datetime(2026, 3, 11))
    landed = played(tmp_path, [item], body, plan="premium")
    assert [row["opened_at"] for row in landed.tables["alpha_vantage_bars"]] == [
        datetime(2026, 3, 6, 14, 30), datetime(2026, 3, 9, 13, 30),
    ]  # fmt: skip


def test_csv_is_read_with_its_own_line_ends_and_its_errors_as_json(tmp_path: Path) -> None:
    item = window(date(2026, 3, 2), date(2026, 3, 3))
    text = (
        "timestamp,open,high,low,close,adjusted_close,volume,dividend_amount,split_coefficient\r\n"
        "2026-03-03,2,4,1,3,2.9,10,0.0000,1.0\r\n2026-03-02,1,2,1,2,1.9,20,0.5000,2.0\r\n"
    )
    landed = played(tmp_path, [item], text, datatype="csv")
    rows = landed.tables["alpha_vantage_bars"]
    assert [row["bar_date"] for row in rows] == [date(2026, 3, 2), date(2026, 3, 3)]
    assert [row["split_coefficient"] for row in rows] == [Decimal(2), Decimal(1)]
    assert landed.rejected == []
    refused = played(tmp_path, [item], words.invalid("TIME_SERIES_DAILY"), datatype="csv")
    assert refused.outcomes == ["unknown_symbol"]


@pytest.mark.parametrize(
    "labels",
    [
        ("1. open", "2. high", "3. low", "4. close", "5. volume"),
        ("1a. open (EUR)", "1b. open (USD)", "2a. high (EUR)", "2b. high (USD)",
         "3a. low (EUR)", "3b. low (USD)", "4a. close (EUR)", "4b. close (USD)",
         "5. volume", "6. market cap (USD)"),
    ],
)  # fmt: skip
def test_a_pair_lands_in_its_market_whatever_its_labels(
    labels: tuple[str, ...], tmp_path: Path
) -> None:
    clock.use(lambda: datetime(2026, 3, 4, 12))
    values = figures(*labels) | {one: "1" for one in labels if "(USD)" in one}
    rows = {f"2026-03-0{day}": values for day in (4, 3, 2)}
    body = {"Time Series (Digital Currency Daily)": rows, "Meta Data": {"7. Time Zone": "UTC"}}
    item = WorkItem(
        "alpha_vantage", "bars", ("BTC/EUR",), "test", 1, "1d",
        datetime(2026, 3, 2), datetime(2026, 3, 5),
    )  # fmt: skip
    with ScriptedServer(answer(json.dumps(body))) as server:
        landed = run(alpha_vantage, [item], context(tmp_path, server.url))
        assert "symbol=BTC&market=EUR" in server.first_lines[0]
    found = landed.tables["alpha_vantage_bars"]
    assert [row["bar_date"] for row in found] == [date(2026, 3, 2), date(2026, 3, 3)]
    assert {row[name] for row in found for name in PRICES} == {Decimal("10.1234")}


def test_a_quote_has_no_sign_of_percent_and_says_when_it_is_late(tmp_path: Path) -> None:
    quote = {
        "01. symbol": "IBM", "02. open": "112.6300", "03. high": "113.1700", "04. low": "110.6400",
        "05. price": "112.1300", "06. volume": "29062853", "07. latest trading day": "2026-03-19",
        "08. previous close": "112.7900", "09. change": "-0.6600", "10. change percent": "-0.5852%",
    }  # fmt: skip
    item = WorkItem("alpha_vantage", "quotes", ("IBM",), "snapshot", 1)
    label = "Global Quote - DATA DELAYED BY 15 MINUTES"
    landed = played(tmp_path, [item, item], {"Global Quote": quote}, {label: quote})
    first, second = landed.tables["alpha_vantage_quotes"]
    assert (first["change_percent"], first["volume"]) == (-0.5852, 29062853)
    assert (first["trading_date"], first["price"]) == (date(2026, 3, 19), Decimal("112.13"))
    assert (first["delay_minutes"], second["delay_minutes"]) == (None, 15)
    empty = played(tmp_path, [item], {"Global Quote": {}})
    assert empty.outcomes == ["unknown_symbol"]


def test_a_plan_that_has_less_than_was_set_falls_back_and_does_not_ask_twice(
    exchange: Exchange, tmp_path: Path
) -> None:
    given = context(tmp_path, f"{exchange.url}/alpha_vantage", plan="premium")
    first = datetime(2025, 2, 3)
    items = [
        bars(symbol, "1d", first + OPEN, datetime(2026, 3, 10, 20)) for symbol in ("AAPL", "MSFT")
    ]
    landed = run(alpha_vantage, items, given)
    functions = [one.query["function"] for one in exchange.journal()]
    assert functions == ["TIME_SERIES_DAILY_ADJUSTED", *["TIME_SERIES_DAILY"] * 3]
    assert [one.query["outputsize"] for one in exchange.journal()] == [
        "full", "full", "compact", "compact",
    ]  # fmt: skip
    assert landed.outcomes == ["out_of_range", "out_of_range"]
    assert len(landed.tables["alpha_vantage_bars"]) == 2 * 99


def test_days_of_a_premium_plan_are_as_traded_and_bring_splits_and_dividends(
    exchange: Exchange, tmp_path: Path
) -> None:
    url = f"{exchange.url}/alpha_vantage"
    given = context(tmp_path, url, key="premium-test", plan="premium")
    start, end = datetime(2026, 2, 2, 14, 30), datetime(2026, 3, 10, 20)
    landed = run(alpha_vantage, [bars("TSM", "1d", start, end)], given)
    rows = landed.tables["alpha_vantage_bars"]
    truth = exchange.truth.bars("TSM", "1d", start, end)
    assert [row["bar_date"] for row in rows] == [one.session_date for one in truth]
    assert [row["close"] for row in rows] == [one.close for one in truth]
    split = [row for row in rows if row["split_coefficient"] != 1]
    assert [(row["bar_date"], row["split_coefficient"]) for row in split] == [
        (date(2026, 2, 17), Decimal(2))
    ]
    assert rows[0]["adjusted_close"] < rows[0]["close"] * Decimal("0.51")
    assert rows[-1]["adjusted_close"] == rows[-1]["close"]


@pytest.mark.parametrize("datatype", ["json", "csv"])
def test_minutes_are_the_markets_own_to_the_last_one_that_is_over(
    datatype: str, exchange: Exchange, tmp_path: Path
) -> None:
    clock.use(exchange.now)
    url = f"{exchange.url}/alpha_vantage"
    given = context(tmp_path, url, key="premium-test", plan="premium", datatype=datatype)
    start, end = datetime(2026, 3, 6, 14, 30), datetime(2026, 3, 11, 16)
    landed = run(alpha_vantage, [bars("AAPL", "5m", start, end)], given)
    truth = exchange.truth.bars("AAPL", "5m", start, exchange.now())
    rows = landed.tables["alpha_vantage_bars"]
    assert [row["opened_at"] for row in rows] == [one.opened_at for one in truth]
    assert [[row[name] for name in (*PRICES, "volume")] for row in rows] == [
        [getattr(one, name) for name in (*PRICES, "volume")] for one in truth
    ]


def test_minutes_of_a_pair_are_in_utc(exchange: Exchange, tmp_path: Path) -> None:
    clock.use(exchange.now)
    url = f"{exchange.url}/alpha_vantage"
    given = context(tmp_path, url, key="premium-test", plan="premium")
    start, end = datetime(2026, 3, 11, 3), datetime(2026, 3, 11, 15)
    item = WorkItem("alpha_vantage", "bars", ("BTC/USD",), "test", 1, "5m", start, end)
    rows = run(alpha_vantage, [item], given).tables["alpha_vantage_bars"]
    truth = exchange.truth.bars("BTC-USD", "5m", start, end)
    assert [(row["opened_at"], row["close"]) for row in rows] == [
        (one.opened_at, one.close) for one in truth
    ]
