"""What the demo leaves behind is complete, the exchange's own, and the same when rebuilt."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from command_line import tapehouse

from extract.schemas import declared
from publish import open_market
from sandbox import Exchange
from warehouse.folder import DataFolder


@pytest.fixture(scope="module")
def market(demo: DataFolder) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_market(demo.market).connection as connection:
        yield connection


def table_names(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    return connection.execute(
        "select table_schema, table_name from information_schema.tables order by all"
    ).fetchall()


def test_the_demo_holds_what_it_promises(market: duckdb.DuckDBPyConnection) -> None:
    held = dict(
        market.execute(
            "select instruments.asset_class, count(distinct instruments.symbol) from daily_bars "
            "inner join instruments on daily_bars.instrument_id = instruments.instrument_id "
            "where not instruments.is_personal group by 1"
        ).fetchall()
    )
    assert held == {"stock": 12, "etf": 1, "index": 5, "commodity": 2, "bond": 4, "crypto": 3}
    ((days, last),) = market.execute(
        "select count(*), max(session_date)::varchar from daily_bars where symbol = 'AAPL'"
    ).fetchall()
    assert (days, last) == (500, "2026-03-10")
    ((sessions,),) = market.execute(
        "select count(distinct session_date) from intraday_bars "
        "where symbol = 'AAPL' and interval = '1m'"
    ).fetchall()
    assert sessions >= 5


def test_the_providers_own_adjusted_close_is_reproduced(
    market: duckdb.DuckDBPyConnection,
) -> None:
    ((bars, symbols, worst),) = market.execute(
        "select count(*), count(distinct daily_bars.symbol),"
        " max(abs(daily_bars.close_total_return::double / given.adj_close - 1))"
        " from daily_bars inner join ("
        "   select symbol, cast(stamped_at as date) as day, adj_close, row_number() over ("
        "     partition by symbol, stamped_at order by file_seq desc) as age"
        "   from raw.yahoo_bars where interval = '1d'"
        " ) as given"
        " on daily_bars.symbol = given.symbol and daily_bars.session_date = given.day"
        " where given.age = 1 and daily_bars.provider = 'yahoo'"
    ).fetchall()
    assert (bars > 6000, symbols) == (True, 13)
    assert worst < 3e-7


def test_bars_add_up_to_the_providers_days(market: duckdb.DuckDBPyConnection) -> None:
    """Of minutes and of hours; a session that lacks minutes may differ for that alone."""
    counted = dict(
        market.execute("select agreement, count(*) from resampled_days group by all").fetchall()
    )
    assert counted.pop("equal") > 1000
    assert set(counted) <= {"minutes_missing"}
    assert market.execute(
        "select count(distinct symbol) from technical_indicators_intraday"
        " where interval = '15m' and sma_50 is not null"
    ).fetchall() == [(27,)]


def test_the_demo_shows_what_moved_and_left_a_trace(market: duckdb.DuckDBPyConnection) -> None:
    assert market.execute(
        "select count(*) from bar_gaps inner join instruments using (instrument_id)"
        " where state = 'healed' and instruments.symbol = 'ORCL'"
    ).fetchall() == [(30,)]
    assert market.execute(
        "select symbol, session_date::varchar, field, was_final from restatements order by field"
    ).fetchall() == [
        ("MSFT", "2026-03-09", "close", False),
        ("MSFT", "2026-03-09", "volume", False),
    ]
    assert market.execute(
        "select symbol, close_raw / close from daily_bars where session_date = '2026-02-13'"
        " and close_raw <> close"
    ).fetchall() == [("TSM", 2.0)]
    assert market.execute(
        "select count(*) from quarantined_rows where rule = 'rejected'"
    ).fetchall() == [(1,)]


def test_stocks_carry_the_session_so_far(market: duckdb.DuckDBPyConnection) -> None:
    """The last row of a session has its high and low, and what it began from."""
    wrong = market.execute(
        """
        select ended.ticker, ended.day from (
            select ticker, cast(make_timestamp(time * 1000000) as date) as day,
                arg_max(meta, time) as meta, max(high) as high, min(low) as low
            from stocks group by all
        ) as ended
        inner join daily_aggregates as summed
            on ended.ticker = summed.symbol and ended.day = summed.date
        where (ended.meta ->> 'day_high')::double <> ended.high
            or (ended.meta ->> 'day_low')::double <> ended.low
            or (ended.meta ->> 'previous_close')::double <> summed.previous_close
            or (ended.meta ->> 'source') <> 'yahoo'
        """
    ).fetchall()
    assert not wrong
    assert market.execute(
        "select count(distinct ticker) from stocks where meta ->> 'market_cap' is not null"
    ).fetchall() == [(13,)]


@pytest.mark.parametrize(
    "query",
    [
        "select symbol, date, close, sma_20, rsi_14, macd_line from technical_indicators "
        "where symbol = 'AAPL' order by date desc limit 5",
        "SELECT * FROM elt_job_log LIMIT 5;",
        "SELECT * FROM providers LIMIT 5;",
        "SELECT * FROM instruments LIMIT 5;",
        "SELECT * FROM trades LIMIT 5;",
        "SELECT * FROM quotes LIMIT 5;",
        "SELECT * FROM latest_prices LIMIT 5;",
        "SELECT * FROM data_quality_log LIMIT 5;",
        "SELECT * FROM stock_data_raw LIMIT 5;",
        "SELECT symbol, date, close, price_change_pct, volatility, data_quality_score "
        "FROM stock_data ORDER BY date DESC LIMIT 10;",
        "SELECT * FROM market_summary ORDER BY date DESC LIMIT 3;",
        "SELECT ticker, COUNT(*), MIN(time), MAX(time) FROM stocks GROUP BY ticker;",
        *(f"SELECT * FROM {kind}_data LIMIT 5;" for kind in ("index", "commodity", "bond")),
        *(f"SELECT * FROM {kind}_data_raw LIMIT 5;" for kind in ("index", "commodity", "bond")),
        "SELECT * FROM daily_aggregates LIMIT 5;",
        "SELECT * FROM market_breadth LIMIT 5;",
        "SELECT * FROM candles LIMIT 5;",
        "SELECT * FROM trades_raw LIMIT 5;",
        "SELECT * FROM quarantined_rows LIMIT 5;",
    ],
)
def test_questions_of_readers_are_answered(market: duckdb.DuckDBPyConnection, query: str) -> None:
    assert market.execute(query).fetchall()


def test_every_table_view_and_macro_opens_in_the_copy(
    market: duckdb.DuckDBPyConnection,
) -> None:
    names = table_names(market)
    assert len(names) > 40
    for schema, name in names:
        market.execute(f'select * from "{schema}"."{name}" limit 1').fetchall()


def test_bars_are_the_exchange_s_bars(market: duckdb.DuckDBPyConnection) -> None:
    """As traded on both sides of a split, exact for the exchange that gives exact numbers."""
    with Exchange(seed=7) as exchange:
        for symbol, listed in (("TSM", "TSM"), ("NVDA", "NVDA"), ("BTCUSDT", "BTCUSDT")):
            held = market.execute(
                "select opened_at, open_raw, high_raw, low_raw, close_raw, volume_raw "
                "from daily_bars where symbol = ? order by opened_at",
                [symbol],
            ).fetchall()
            truth = exchange.truth.bars(listed, "1d", held[0][0], held[-1][0])
            told = {bar.opened_at: bar for bar in truth}
            for opened_at, *values in held[:-1]:
                bar = told[opened_at]
                expected = (bar.open, bar.high, bar.low, bar.close, bar.volume)
                for ours, theirs in zip(values, expected, strict=True):
                    assert abs(float(ours) - float(theirs)) <= 1e-6 * abs(float(theirs)), (
                        symbol,
                        opened_at,
                    )


def test_split_adjusted_closes_do_not_jump_at_the_split(
    market: duckdb.DuckDBPyConnection,
) -> None:
    rows = market.execute(
        "select session_date::varchar, close, close_raw from daily_bars "
        "where symbol = 'TSM' and session_date between '2026-02-12' and '2026-02-18' order by 1"
    ).fetchall()
    before = next(row for row in rows if row[0] == "2026-02-13")
    after = next(row for row in rows if row[0] == "2026-02-17")
    assert float(before[2]) / float(before[1]) == pytest.approx(2.0, rel=1e-6)
    assert after[1] == after[2]
    assert abs(float(after[1]) / float(before[1]) - 1) < 0.2


def test_every_received_row_is_good_rejected_quarantined_or_a_duplicate(
    market: duckdb.DuckDBPyConnection,
) -> None:
    landed = [name for name in declared() if name.endswith("_bars") or name == "rejected_rows"]
    counted = " union all ".join(f"select request_id from raw.{name}" for name in landed)
    unexplained = market.execute(
        f"""
        select requests.request_id
        from requests
        left join ({counted}) as landed on landed.request_id = requests.request_id
        where requests.endpoint = 'bars' and requests.outcome = 'ok'
        group by requests.request_id, requests.row_count
        having requests.row_count <> count(landed.request_id)
        """
    ).fetchall()
    assert unexplained == []


@pytest.fixture
def own_copy(demo: DataFolder, tmp_path: Path) -> DataFolder:
    """A demo of one's own, to go on with."""
    copy = DataFolder(tmp_path / "data")
    shutil.copytree(demo.root, copy.root, symlinks=True)
    return copy


def test_a_second_demo_adds_only_what_is_new(own_copy: DataFolder) -> None:
    with open_market(own_copy.market).connection as before:
        ((last_run,),) = before.execute("select max(run_id) from requests").fetchall()
        ((bars,),) = before.execute("select count(*) from daily_bars").fetchall()
    tapehouse(own_copy.root, "demo")
    with open_market(own_copy.market).connection as after:
        reasons = dict(
            after.execute(
                "select reason, count(*) from requests where run_id > ? and endpoint = 'bars' "
                "and window_start is not null group by 1",
                [last_run],
            ).fetchall()
        )
        assert set(reasons) <= {"new bars", "settle", "gap"}
        ((minutes,),) = after.execute(
            "select count(*) from raw.yahoo_bars inner join requests using (request_id) "
            "where requests.run_id > ? and raw.yahoo_bars.symbol = 'AAPL' "
            "and raw.yahoo_bars.interval = '1m'",
            [last_run],
        ).fetchall()
        assert minutes == 15
        assert after.execute("select count(*) from daily_bars").fetchall() == [(bars,)]
