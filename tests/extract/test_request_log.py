"""Records of calls and of rejected rows."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from extract.request_log import RejectedRows, RequestLog, RequestRecord
from extract.schemas import arrow_schema


def record(log: RequestLog) -> RequestRecord:
    made = RequestRecord(
        log.next_id(), log.run_id, "yahoo", "bars", "unit", 1, "AAPL", "1d", "missing",
        "http://127.0.0.1/", 1, datetime(2026, 3, 11),
    )  # fmt: skip
    log.add(made)
    return made


def test_request_ids_are_unique_across_threads_and_carry_the_run() -> None:
    log = RequestLog(12)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: record(log), range(200)))
    ids = log.drain().column("request_id").to_pylist()
    assert ids == [12_000_000 + n for n in range(1, 201)]


def test_a_drain_has_the_declared_columns_and_leaves_nothing_behind() -> None:
    log = RequestLog(1)
    record(log)
    assert log.drain().schema == arrow_schema("requests", landed=False)
    assert log.drain().num_rows == 0
    assert log.next_id() == 1_000_002


def test_rejected_rows_keep_payload_and_reason() -> None:
    rejected = RejectedRows()
    rejected.add(5, "binance", "binance_bars", "[1,2]", "open is not a number")
    table = rejected.drain()
    assert table.schema == arrow_schema("rejected_rows", landed=False)
    assert table.to_pylist() == [
        {
            "request_id": 5,
            "provider": "binance",
            "table_name": "binance_bars",
            "payload": "[1,2]",
            "reason": "open is not a number",
        }
    ]
    assert rejected.drain().num_rows == 0
