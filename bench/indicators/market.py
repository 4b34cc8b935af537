"""Daily bars of as many series as speed is measured on, drawn by DuckDB itself."""

from __future__ import annotations

import duckdb

from bench.indicators.scratch import INDEX, Scratch

SERIES = 1000
BARS = 5000


def add_session(scratch: Scratch, known_seq: int) -> None:
    """One new bar of every series."""
    with duckdb.connect(str(scratch.path)) as connection:
        connection.execute(
            f"""
            insert into daily_bars by name
            select * replace (
                opened_at + interval 1 day as opened_at,
                session_date + 1 as session_date,
                cast({known_seq} as bigint) as known_seq
            )
            from daily_bars where opened_at = (select max(opened_at) from daily_bars)
            """
        )


def fill(scratch: Scratch, series: int, bars: int, known_seq: int = 1) -> None:
    """Random walks of so many sessions each; the first series is the index."""
    with duckdb.connect(str(scratch.path)) as connection:
        connection.execute("delete from daily_bars")
        connection.execute("delete from instruments")
        connection.execute(
            f"""
            insert into instruments by name
            select
                number + 1 as instrument_id,
                case when number = 0 then '{INDEX}' else 'S' || number end as symbol,
                'stock' as asset_class,
                'XNYS' as calendar
            from range({series}) as numbers (number)
            """
        )
        connection.execute("select setseed(0.5)")
        connection.execute(
            f"""
            insert into daily_bars by name
            select
                instrument_id,
                symbol,
                cast(opened_at as date) as session_date,
                opened_at,
                cast(close * (1 - wick / 2) as decimal(18, 8)) as open,
                cast(close * (1 + wick) as decimal(18, 8)) as high,
                cast(close * (1 - wick) as decimal(18, 8)) as low,
                cast(close as decimal(18, 8)) as close,
                cast(close as decimal(18, 8)) as close_raw,
                cast(floor(random() * 1000000) as decimal(24, 8)) as volume,
                false as is_partial,
                cast({known_seq} as bigint) as known_seq
            from (
                select
                    instrument_id,
                    symbol,
                    timestamp '2005-01-03 14:30' + to_days(
                        cast(day + 2 * (day // 5) as integer)
                    ) as opened_at,
                    round(60 + 30 * sin(instrument_id + day / 300.0) + random() * 2, 2) as close,
                    random() / 50 as wick
                from instruments cross join range({bars}) as days (day)
            ) as drawn
            order by opened_at, instrument_id
            """
        )
