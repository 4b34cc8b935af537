"""Constants of the file drop: which files are taken and what their cells may hold."""

from __future__ import annotations

import re
from datetime import timedelta

PROVIDER = "file_drop"

DELIMITED = frozenset({".csv", ".tsv", ".txt"})
JSON = frozenset({".json", ".jsonl", ".ndjson"})
PARQUET = frozenset({".parquet", ".pq"})
TAKEN = DELIMITED | JSON | PARQUET
UNFINISHED = frozenset({".tmp", ".part", ".partial", ".crdownload", ".swp"})
DELIMITERS = (",", ";", "\t", "|")

REQUIRED = ("symbol", "open", "high", "low", "close", "volume")
WANTED = (*REQUIRED, "interval", "date", "opened_at")
DEFAULT_INTERVAL = "1d"
# Hours begin on the half hour in New York.
GRID = {
    "1m": timedelta(minutes=1),
    "5m": timedelta(minutes=5),
    "15m": timedelta(minutes=15),
    "1h": timedelta(minutes=15),
}
SYMBOL = re.compile(r"[A-Za-z0-9^=.&_/+:~-]{1,32}")
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")
EARLIEST_YEAR = 1900
BATCH_ROWS = 50_000
