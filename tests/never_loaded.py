"""A warehouse of every model and no row, made once for all workers.

Who begins with a copy of it has no views and seeds to make, as in any but a folder's first build.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from warehouse import dbt_runner
from warehouse.folder import DataFolder
from warehouse.lock import FileLock, writer

# Where the workers of this session share what they make; conftest.py knows.
shared = Path()


def begin(folder: DataFolder) -> DataFolder:
    made = shared / "never_loaded.duckdb"
    with FileLock(shared / "never_loaded.lock").held(wait_seconds=300):
        if not made.exists():
            own = DataFolder(shared / "never_loaded")
            own.prepare()
            with writer(own.root, "test"):
                dbt_runner.build(own, "dev")
            own.warehouse.replace(made)
    shutil.copyfile(made, folder.warehouse)
    return folder
