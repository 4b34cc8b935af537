"""Runs dbt in this process; the project is parsed once, however often it is built."""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from warehouse import logs, parsed, standing
from warehouse.errors import BadDataError, TapehouseError, full_disk
from warehouse.folder import DataFolder
from warehouse.settings import PROJECT, export_for_children

log = logs.get("dbt")
QUIET = ("--quiet", "--no-use-colors", "--log-level", "none")

# By target: of a folder only the profile speaks, and dbt reads that anew each time. And by whether
# parsing wrote it out: the documentation embeds that file, to others it is a second lost.
_manifests: dict[tuple[str, bool], Any] = {}
_ahead: list[subprocess.Popen[bytes]] = []
driven = False


@dataclass(frozen=True)
class Node:
    """What became of one model or seed, or of one test that did not pass."""

    node: str
    resource_type: str
    status: str
    started_at: datetime | None
    seconds: float
    row_count: int | None
    message: str | None


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
        DBT_TARGET_PATH=_state(folder),
        DBT_LOG_PATH=folder.logs,
        DBT_SEND_ANONYMOUS_USAGE_STATS="false",
        DO_NOT_TRACK="1",
    )


def _state(folder: DataFolder) -> Path:
    return folder.state / "dbt"


def parse_ahead(folder: DataFolder, target: str) -> None:
    """Let another process parse while this one waits for providers: a first build starts sooner.

    Only dbt's own cache comes of it; should that process fail, the build parses as ever.
    """
    if (target, False) not in _manifests and not parsed.is_kept(target):
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
    from dbt.cli.main import dbtRunner

    def listen(event: Any) -> None:
        if on_node and event.info.name in ("LogModelResult", "LogTestResult", "LogSeedResult"):
            on_node(event.data.node_info.node_name)

    manifest = manifest_of(folder, target, written=arguments[0] == "docs")
    with _driving():
        return dbtRunner(manifest=manifest, callbacks=[listen]).invoke([*arguments, *QUIET])


def manifest_of(folder: DataFolder, target: str, written: bool = False) -> Any:
    """The project as dbt understands it."""
    environment(folder, target)
    if not written and (target, written) not in _manifests:
        with _seldom_collecting():
            if kept := parsed.find(target):
                _manifests[target, written] = kept
    if (target, written) not in _manifests:
        from dbt.cli.main import dbtRunner

        while _ahead:
            _ahead.pop().wait()
        with _driving():
            answer = dbtRunner().invoke(
                ["parse", *QUIET, "--write-json" if written else "--no-write-json"]
            )
        if not answer.success:
            raise _failure(answer)
        _manifests[target, written] = answer.result
        parsed.keep(_state(folder) / "partial_parse.msgpack", target)
    return _manifests[target, written]


@contextmanager
def _driving() -> Iterator[None]:
    global driven
    driven = True
    try:
        with _seldom_collecting():
            yield
    finally:
        driven = False
        close_connections()


@contextmanager
def _seldom_collecting() -> Iterator[None]:
    """dbt makes objects by the million beside a project that stays: an eighth of a build's samples
    went into looking for garbage among them."""
    usual = gc.get_threshold()
    gc.set_threshold(100_000, 20, 50)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def build(
    folder: DataFolder,
    target: str,
    select: str | None = None,
    full_refresh: bool = False,
    on_node: Callable[[str], None] | None = None,
    on_results: Callable[[list[Node]], object] | None = None,
) -> Built:
    """Build, and raise when anything that must hold does not; `on_results` is told either way."""
    # Unit tests prove the project, not the data; exposures tell who reads, and build nothing.
    arguments = ["build", "--no-write-json", "--exclude-resource-type", "unit_test", "exposure"]
    manifest = manifest_of(folder, target)
    project = standing.fingerprint(manifest, target)
    if select:
        arguments += ["--select", *select.split()]
    if full_refresh:
        arguments.append("--full-refresh")
    if not select and not full_refresh and standing.stands(folder, manifest, project):
        arguments += standing.LEFT_OUT
    answer = invoke(folder, target, arguments, on_node)
    if answer.result is None or isinstance(answer.exception, KeyboardInterrupt):
        raise _failure(answer)
    if on_results:
        on_results([_node(one) for one in answer.result.results if _is_told(one)])
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
            log.error("node failed", node=node.name, told=result.message)
    for result in answer.result.results:
        # DuckDB's own words, which dbt hands on as a model's failure.
        if told := full_disk(Exception(result.message), f"building in {folder.root}"):
            raise told
    if broken or not answer.success:
        raise BadDataError(
            f"the build failed, nothing was published: {'; '.join(broken[:5]) or answer.exception}",
            f"see {folder.logs / 'errors.log'}; readers keep the last good copy",
        )
    if not select:
        standing.mark(folder, project)
    return built


def _is_told(result: Any) -> bool:
    """Hundreds of tests pass in each build; only the others say something."""
    kind = result.node.resource_type
    return kind in ("model", "seed") or (kind == "test" and str(result.status) != "pass")


def _node(result: Any) -> Node:
    status = str(result.status)
    begun = [one.started_at for one in result.timing if one.started_at]
    return Node(
        result.node.name,
        str(result.node.resource_type),
        status,
        min(begun).replace(tzinfo=None) if begun else None,
        result.execution_time,
        (result.adapter_response or {}).get("rows_affected", result.failures),
        None if status == "success" else logs.redact(_first_lines(result.message)),
    )


def close_connections() -> None:
    """dbt's adapter keeps its DuckDB connection, and with it the file's lock and log."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    DuckDBConnectionManager.close_all_connections()


def _failure(answer: Any) -> BaseException:
    # dbt hands back a person's stop as one more failure.
    if isinstance(answer.exception, KeyboardInterrupt):
        return KeyboardInterrupt()
    log.error("dbt cannot run", told=str(answer.exception))
    return full_disk(answer.exception, "building") or TapehouseError(
        f"dbt cannot run: {_first_lines(str(answer.exception))}", "see logs/errors.log"
    )


def _first_lines(text: str | None) -> str:
    return " ".join((text or "").split())[:300]
