"""Making an export again from landing alone, as of its run, and comparing it byte for byte."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import takewhile
from pathlib import Path
from typing import Any

from extract import raw_tables, reference
from extract.landing import Landing
from extract.manifest import Manifest, ManifestLine
from flows.exports import reading
from flows.remaking.scratch import scratch_folder
from flows.run import Watcher, clear_words
from publish import snapshot
from publish.exports import export
from publish.exports.comparison import difference
from publish.exports.export import Asked, Built
from publish.exports.formats import Stamp
from publish.exports.provenance import changed, provenance
from publish.parcel import MANIFEST
from warehouse import clock, dbt_runner
from warehouse.errors import BadDataError, UsageError
from warehouse.folder import DataFolder
from warehouse.lock import writer
from warehouse.settings import Settings

SHOWN_RULES = 5


@dataclass
class Reproduced:
    """What came out the same, what did not, and what may explain it."""

    run_id: int
    file_seq: int
    same: list[str] = field(default_factory=list)
    different: dict[str, str] = field(default_factory=dict)
    altered: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)


class Until(Manifest):
    """The manifest as it was when its line of that number was the last."""

    def __init__(self, path: Path, file_seq: int) -> None:
        super().__init__(path)
        self.file_seq = file_seq

    def lines(self, after: int = 0) -> Iterator[ManifestLine]:
        return takewhile(lambda line: line.file_seq <= self.file_seq, super().lines(after))


def reproduce(
    settings: Settings,
    run_id: int | None = None,
    watcher: Watcher | None = None,
    wait_seconds: float = 0,
) -> Reproduced:
    """Load, build and export in a scratch folder; the data folder stays as it is."""
    folder = settings.folder
    told, place = _manifest(folder, run_id)
    found = Reproduced(told["run_id"], told["file_seq"])
    landing = Landing(folder)
    landing.manifest = Until(landing.manifest.path, found.file_seq)
    _check_landed(landing, found)
    found.reasons = _reasons(settings, landing, told)
    with (
        clear_words(folder.root, "reproducing"),
        scratch_folder(folder, wait_seconds) as scratch,
    ):
        _build(settings, scratch, landing, watcher or Watcher())
        again = scratch.exports / "again"
        again.mkdir()
        built = _export(told, scratch, again)
        _compare(told, place, built, again, found)
    return found


def _manifest(folder: DataFolder, run_id: int | None) -> tuple[dict[str, Any], Path]:
    """What is told of the run's export, the newest without a number."""
    paths = sorted(folder.exports.glob(f"[0-9]*/{MANIFEST}"))
    held = {int(path.parent.name): path for path in paths if path.parent.name.isdigit()}
    if not held:
        raise UsageError("nothing was exported yet", "run `tapehouse export` first")
    path = held.get(max(held) if run_id is None else run_id)
    if path is None:
        newest = ", ".join(str(number) for number in sorted(held)[-10:])
        raise UsageError(f"run {run_id} exported nothing", f"runs that did: {newest}")
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise BadDataError(f"{path} is damaged: {error}", "export again") from None
    if told.get("kind") != export.KIND:
        raise BadDataError(f"{path} is no manifest of an export", "export again")
    return told, path.parent


def _check_landed(landing: Landing, found: Reproduced) -> None:
    last = max((line.file_seq for line in landing.manifest.lines()), default=0)
    if last < found.file_seq:
        raise BadDataError(
            f"landing holds files up to {last}, run {found.run_id} was made from {found.file_seq}",
            "bring back the landing folder that the export was made from",
        )


def _reasons(settings: Settings, landing: Landing, told: dict[str, Any]) -> list[str]:
    """What is other than it was then; any of it may change bytes, none of it must."""
    now = provenance(settings.profile)
    reasons = changed(told, now)
    if told.get("rules") != now["rules"]:
        rules = [f"{one.kind} {one.name}" for one in reference.changed_rules(landing)]
        more = f" and {len(rules) - SHOWN_RULES} more" if len(rules) > SHOWN_RULES else ""
        if rules:
            reasons.append(f"rules that changed: {', '.join(rules[:SHOWN_RULES])}{more}")
    gone = sum(
        move.dropped_rows
        for move in landing.moved.moves()
        if move.kind == "dropped"
        and move.run_id > told["run_id"]
        and any(seq <= told["file_seq"] for seq, _ in move.files)
    )
    if gone:
        reasons.append(f"retention has dropped {gone:,} rows that were landed by then")
    if told["built_to_file_seq"] < told["file_seq"]:
        reasons.append(
            f"the copy held files up to {told['file_seq']}, some of its tables were built"
            f" only up to {told['built_to_file_seq']}; here all are built"
        )
    return reasons


def _build(settings: Settings, scratch: DataFolder, landing: Landing, watcher: Watcher) -> None:
    watcher.step_started("reproduce")
    try:
        with writer(scratch.root, "reproduce"):
            raw_tables.load(scratch, landing)
            dbt_runner.build(scratch, settings.profile, on_node=lambda _: watcher.moved())
            snapshot.publish(scratch)
    finally:
        dbt_runner.environment(settings.folder, settings.profile)


def _export(told: dict[str, Any], scratch: DataFolder, place: Path) -> Built:
    """At the instant of then, under the names of then."""
    asked = Asked.read(told["arguments"])
    exported_at = datetime.fromisoformat(told["exported_at"])
    clock.use(lambda: exported_at)
    try:
        with reading(scratch.market, place) as connection:
            planned = export.plan(connection, asked)
            stamp = Stamp(
                told["run_id"], exported_at, told["published_copy"], told["file_seq"],
                asked.as_of, export.zones(connection), asked.batch_size,
            )  # fmt: skip
            return export.build(connection, planned, stamp, place)
    finally:
        clock.use(None)


def _compare(
    told: dict[str, Any], place: Path, built: Built, again: Path, found: Reproduced
) -> None:
    made = {(file.format, file.name): file for file in built.files}
    for file in told["files"]:
        name = file["name"]
        kept = Path(file.get("path") or place / name)
        is_kept = kept.is_file() and _digest(kept) == file["sha256"]
        if kept.is_file() and not is_kept:
            found.altered.append(str(kept))
        now = made.get((file["format"], name))
        if now is None:
            found.different[name] = "it is not made any more"
        elif now.sha256 == file["sha256"]:
            found.same.append(name)
        elif not is_kept:
            found.different[name] = f"{now.row_count:,} rows, then {file['row_count']:,}"
        elif why := difference(kept, again / name, file["format"]):
            found.different[name] = why
        else:
            found.same.append(name)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
