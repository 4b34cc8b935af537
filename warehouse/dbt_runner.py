"""Runs dbt in this process; the project is parsed once, however often it is built."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from warehouse.errors import BadDataError, TapehouseError, full_disk
from warehouse.folder import DataFolder
from warehouse.settings import PROJECT, export_for_children

QUIET = ("--quiet", "--no-use-colors", "--log-level", "none")

# By target: of a folder only the profile speaks, and dbt reads that anew each time. And by whether
# parsing wrote it out: the documentation embeds that file, to others it is a second lost.
_manifests: dict[tuple[str, bool], Any] = {}
_ahead: list[subprocess.Popen[bytes]] = []
driven = False


@dataclass
class Built:
    """What one dbt invocation did."""

    models: int = 0
    tests: int = 0
    seconds: float = 0.0
    warnings: list[tuple[str, int]] = field(default_factory=list)
    node_seconds: dict[str, float] = field(default_factory=dict)


def environment(folder: DataFolder, target: str) -> None:
    """dbt finds the same folder, profile and quiet places as everything else."""
    export_for_children(
        TAPEHOUSE_DATA_DIR=folder.root,
        DBT_PROJECT_DIR=PROJECT,
        DBT_PROFILES_DIR=PROJECT,
        DBT_TARGET=target,
        DBT_TARGET_PATH=folder.state / "dbt",
        DBT_LOG_PATH=folder.logs,
        DBT_SEND_ANONYMOUS_USAGE_STATS="false",
        DO_NOT_TRACK="1",
    )


def parse_ahead(folder: DataFolder, target: str) -> None:
    """Let another process parse while this one waits for providers: a first build starts sooner.

    Only dbt's own cache comes of it; should that process fail, the build parses as ever.
    """
    if (target, False) not in _manifests:
        environment(folder, target)
        command = [sys.executable, "-m", "dbt.cli.main", "parse", *QUIET]
        silent = subprocess.DEVNULL
        _ahead.append(subprocess.Popen(command, cwd=PROJECT, stdout=silent, stderr=silent))


def invoke(
    folder: DataFolder,
    target: str,
    arguments: Sequence[str],
    on_node: Callable[[str], None] | None = None,
) -> Any:
    """Run one dbt command; return dbt's own result. No connection stays open after it."""
    global driven
    environment(folder, target)
    from dbt.cli.main import dbtRunner

    def listen(event: Any) -> None:
        if on_node and event.info.name in ("LogModelResult", "LogTestResult", "LogSeedResult"):
            on_node(event.data.node_info.node_name)

    driven = True
    try:
        written = arguments[0] == "docs"
        if (target, written) not in _manifests:
            while _ahead:
                _ahead.pop().wait()
            parsed = dbtRunner().invoke(
                ["parse", *QUIET, "--write-json" if written else "--no-write-json"]
            )
            if not parsed.success:
                raise _failure(parsed)
            _manifests[target, written] = parsed.result
        runner = dbtRunner(manifest=_manifests[target, written], callbacks=[listen])
        return runner.invoke([*arguments, *QUIET])
    finally:
        driven = False
        close_connections()


def build(
    folder: DataFolder,
    target: str,
    select: str | None = None,
    full_refresh: bool = False,
    on_node: Callable[[str], None] | None = None,
) -> Built:
    """Build, and raise when anything that must hold does not."""
    # Unit tests prove the project, not the data; exposures tell who reads, and build nothing.
    arguments = ["build", "--exclude-resource-type", "unit_test", "exposure"]
    if select:
        arguments += ["--select", *select.split()]
    if full_refresh:
        arguments.append("--full-refresh")
    answer = invoke(folder, target, arguments, on_node)
    if answer.result is None or isinstance(answer.exception, KeyboardInterrupt):
        raise _failure(answer)
    built = Built(seconds=answer.result.elapsed_time)
    broken = []
    for result in answer.result.results:
        node, status = result.node, str(result.status)
        built.node_seconds[node.name] = result.execution_time
        if node.resource_type in ("test", "unit_test"):
            built.tests += 1
        else:
            built.models += 1
        if status == "warn":
            tested = (getattr(node, "attached_node", None) or node.name).rpartition(".")[2]
            built.warnings.append((tested, result.failures or 0))
        elif status in ("error", "fail", "runtime error"):
            broken.append(f"{node.name}: {_first_lines(result.message)}")
    for result in answer.result.results:
        # DuckDB's own words, which dbt hands on as a model's failure.
        if told := full_disk(Exception(result.message), f"building in {folder.root}"):
            raise told
    if broken or not answer.success:
        raise BadDataError(
            f"the build failed, nothing was published: {'; '.join(broken[:5]) or answer.exception}",
            f"see {folder.logs / 'dbt.log'}; readers keep the last good copy",
        )
    return built


def close_connections() -> None:
    """dbt's adapter keeps its DuckDB connection, and with it the file's lock and log."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    DuckDBConnectionManager.close_all_connections()


def _failure(answer: Any) -> BaseException:
    # dbt hands back a person's stop as one more failure.
    if isinstance(answer.exception, KeyboardInterrupt):
        return KeyboardInterrupt()
    return full_disk(answer.exception, "building") or TapehouseError(
        f"dbt cannot run: {_first_lines(str(answer.exception))}", "see dbt.log"
    )


def _first_lines(text: str | None) -> str:
    return " ".join((text or "").split())[:300]
