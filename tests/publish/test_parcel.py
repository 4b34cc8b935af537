"""A folder of files is written over in one step, and a reader of it never finds none."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from publish import parcel

READER = """
import pathlib, sys
folder = pathlib.Path(sys.argv[1])
found = set()
print("reads", flush=True)
while not (folder / "last").exists():
    found.add((folder / "manifest.json").read_text())
print(len(found))
"""


def part_of(root: Path, text: str) -> Path:
    part = root / ".own.tmp"
    part.mkdir()
    (part / parcel.MANIFEST).write_text(text)
    return part


def test_what_was_there_before_is_gone_with_all_its_files(tmp_path: Path) -> None:
    own = tmp_path / "own"
    for text in ("first", "second"):
        part = part_of(tmp_path, text)
        (part / text).touch()
        parcel.swap(part, own)
        assert {path.name for path in own.iterdir()} == {parcel.MANIFEST, text}
        assert [path.name for path in tmp_path.iterdir()] == ["own"]


def test_where_names_cannot_be_exchanged_the_old_folder_goes_aside_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parcel, "_exchange", lambda one, other: False)
    test_what_was_there_before_is_gone_with_all_its_files(tmp_path)


@pytest.mark.skipif(sys.platform != "linux", reason="names are exchanged there alone")
def test_a_reader_finds_the_old_files_or_the_new_ones(tmp_path: Path) -> None:
    own = tmp_path / "own"
    parcel.swap(part_of(tmp_path, "0"), own)
    with subprocess.Popen(
        [sys.executable, "-c", READER, str(own)], stdout=subprocess.PIPE, text=True
    ) as reader:
        assert reader.stdout
        assert reader.stdout.readline() == "reads\n"
        for number in range(1, 400):
            parcel.swap(part_of(tmp_path, str(number)), own)
        (own / "last").touch()
        told = reader.stdout.read()
    assert reader.returncode == 0
    assert int(told) > 1
