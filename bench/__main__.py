"""`python -m bench`: measure, print one table, keep the figures in `bench/results/latest.json`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from bench import children, exports, storage, table
from bench.archives import archive_files, archives, archives_bare
from bench.builds import builds, idle
from bench.compaction import compaction
from bench.indicators import speed
from bench.landing import landing
from bench.loading import dicts, loading
from bench.tracing import tracing

MEASURES = {
    "landing": landing,
    "loading": loading,
    "dicts": dicts,
    "archive_files": archive_files,
    "archives": archives,
    "archives_bare": archives_bare,
    "builds": builds,
    "tracing": tracing,
    "storage": storage.storage,
    "compaction": compaction,
    **speed.MEASURES,
    "idle": idle,
}
BY_HAND = {**speed.BY_HAND, **exports.BY_HAND}


def main() -> None:
    """All of it, or what the names that are given begin with."""
    if len(sys.argv) == 4 and sys.argv[1] == children.FLAG:
        children.answer((MEASURES | BY_HAND)[sys.argv[2]], Path(sys.argv[3]))
        return
    wanted = tuple(sys.argv[1:])
    chosen = [name for name in MEASURES | BY_HAND if wanted and name.startswith(wanted)]
    with tempfile.TemporaryDirectory(prefix="tapehouse-bench-") as folder:
        measured = {name: children.measure(name, Path(folder)) for name in chosen or MEASURES}
    table.show(measured)


if __name__ == "__main__":
    main()
