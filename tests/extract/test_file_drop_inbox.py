"""Where dropped files go: archived, moved aside, or left waiting."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from dropped import HEADER, ROW, Inbox, rows
from provider_runs import context_for, run

from extract import file_drop
from extract.file_drop import archive, set_aside, symbols_in, waiting_files


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(tmp_path)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.csv", b"", "the file is empty"),
        ("a.csv", b" \n\n ", "the file is empty"),
        ("a.csv", b"symbol,open\nA,1\n", "no column high, low, close, volume in the header"),
        ("a.csv", b"symbol,open,high,low,close,volume\nA,1,1,1,1,1", "neither a column date"),
        ("a.csv", f"{HEADER},Close\n{ROW},1".encode(), "column close stands twice"),
        ("a.csv", f"{HEADER}\n{ROW}".encode() + b"\xff\xfe\x9d", "neither UTF-8 nor UTF-16"),
        ("a.json", b"[{", "not JSON"),
        ("a.parquet", b"PAR1 and then nothing", "not a readable Parquet file"),
    ],
)
def test_an_unreadable_file_is_moved_aside_with_the_reason(
    inbox: Inbox, name: str, content: bytes, reason: str
) -> None:
    landed = inbox.land(name, content)
    assert landed.outcomes == ["malformed"]
    assert rows(landed) == []
    assert not (inbox.path / name).exists()
    assert (inbox.path / "rejected" / name).read_bytes() == content
    assert reason in (inbox.path / "rejected" / f"{name}.reason.txt").read_text()


def test_a_parquet_file_with_a_flipped_bit_is_never_read_as_good(inbox: Inbox) -> None:
    names = ["open", "high", "low", "close", "volume"]
    table = pa.table(
        {"symbol": ["A"] * 500, "date": ["2026-03-10"] * 500, **{n: [1.5] * 500 for n in names}}
    )
    pq.write_table(table, inbox.path / "x", write_page_checksum=True, compression="none",
                   use_dictionary=False)  # fmt: skip
    content = bytearray((inbox.path / "x").read_bytes())
    content[len(content) // 2] ^= 1
    assert inbox.land("bars.parquet", bytes(content)).outcomes == ["malformed"]


def test_a_file_beyond_the_size_limit_is_moved_aside(inbox: Inbox) -> None:
    landed = inbox.land("bars.csv", f"{HEADER}\n" + f"{ROW}\n" * 20_000, max_body_mb=1)
    assert landed.outcomes == ["malformed"]
    assert "max_body_mb" in landed.context.failures[0].detail


def test_only_finished_files_of_a_known_kind_wait(inbox: Inbox) -> None:
    for name in ("b.csv", "A.PARQUET", "c.jsonl", ".hidden.csv", "d.csv.part", "e.tmp", "f.xlsx"):
        inbox.put(name, "x")
    (inbox.path / "done").mkdir()
    (inbox.path / "link.csv").symlink_to("/etc/passwd")
    assert [path.name for path in waiting_files(inbox.path)] == ["A.PARQUET", "b.csv", "c.jsonl"]
    assert waiting_files(inbox.path / "nowhere") == []


def test_an_accepted_file_is_archived_under_its_run(inbox: Inbox) -> None:
    landed = inbox.land("bars.csv", f"{HEADER}\n{ROW}\n")
    file_drop.accepted([inbox.item("bars.csv")], landed.context)
    assert waiting_files(inbox.path) == []
    assert (inbox.path / "done" / "000007-bars.csv").exists()


def test_a_file_written_anew_since_it_was_read_waits_for_the_next_run(inbox: Inbox) -> None:
    landed = inbox.land("bars.csv", f"{HEADER}\n{ROW}\n")
    inbox.put("bars.csv", f"{HEADER}\n{ROW}\n{ROW}\n")
    file_drop.accepted([inbox.item("bars.csv")], landed.context)
    assert [path.name for path in waiting_files(inbox.path)] == ["bars.csv"]


def test_nothing_is_overwritten_by_moving(inbox: Inbox) -> None:
    for text in ("one", "two"):
        archive(inbox.put("a.csv", text), 3)
        set_aside(inbox.put("b.csv", text), "why")
    done = {path.name: path.read_text() for path in (inbox.path / "done").iterdir()}
    assert done == {"000003-a.csv": "one", "000003-a.2.csv": "two"}
    assert (inbox.path / "rejected" / "b.2.csv").read_text() == "two"
    archive(inbox.path / "gone.csv", 3)


def test_a_work_item_cannot_lead_out_of_the_inbox(inbox: Inbox) -> None:
    (inbox.root / "secret.csv").write_text(f"{HEADER}\n{ROW}\n")
    landed = run(file_drop, [inbox.item("../secret.csv")], context_for(inbox.root))
    assert rows(landed) == []
    assert landed.outcomes == ["unavailable"]


def test_symbols_are_read_without_looking_at_prices(inbox: Inbox) -> None:
    path = inbox.put("a.csv", f"{HEADER}\nTSLA,bad,x,x,x,x,x\nAAPL,,,,,,\n<b>,,,,,,\n")
    assert symbols_in(path) == ["AAPL", "TSLA"]
    assert symbols_in(inbox.put("b.csv", "nonsense")) == []
    assert symbols_in(inbox.path / "gone.csv") == []
