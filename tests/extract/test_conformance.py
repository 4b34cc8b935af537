"""What every provider package promises, whoever it asks."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import dlt
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from cases import Case
from provider_runs import Landed, context_for, run

from extract.context import FetchContext
from extract.outcomes import Outcome
from extract.providers import PROVIDERS
from extract.schemas import arrow_schema, declared
from sandbox import Exchange
from warehouse.settings import PROJECT


def case_for(provider: str, exchange: Exchange, root: Path) -> Case:
    case: Case = import_module(f"cases.{provider}").case(exchange, root)
    return case


@pytest.fixture(params=PROVIDERS)
def case(request: pytest.FixtureRequest, exchange: Exchange, tmp_path: Path) -> Case:
    return case_for(request.param, exchange, tmp_path)


@pytest.fixture(params=[name for name in PROVIDERS if name != "file_drop"])
def distant(request: pytest.FixtureRequest, exchange: Exchange, tmp_path: Path) -> Case:
    """Only those that are asked over a wire."""
    return case_for(request.param, exchange, tmp_path)


@pytest.fixture
def context(tmp_path: Path) -> Callable[..., FetchContext]:
    return lambda case, **changes: context_for(tmp_path, case.base_url, key=case.key, **changes)


Context = Callable[..., FetchContext]


def test_resources_are_the_providers_raw_tables(case: Case, context: Context) -> None:
    names = set(case.module.source([], context(case)).resources)
    assert names == {name for name in declared() if name.startswith(f"{case.provider}_")}


def test_tables_come_in_the_declared_columns_and_types(case: Case, context: Context) -> None:
    for name, resource in case.module.source(case.items, context(case)).resources.items():
        tables: Sequence[pa.Table] = list(resource)
        assert tables, name
        assert {table.schema for table in tables} == {arrow_schema(name, landed=False)}


def test_rows_received_are_rows_landed_and_rejected(case: Case, context: Context) -> None:
    landed = run(case.module, case.items, context(case))
    counted = {one["request_id"]: one["row_count"] for one in landed.requests if one["row_count"]}
    held: dict[int, int] = {}
    for row in [row for rows in landed.tables.values() for row in rows] + landed.rejected:
        held[row["request_id"]] = held.get(row["request_id"], 0) + 1
    assert held == counted
    assert sum(held.values()) > 0


def test_no_bar_lies_outside_the_window_that_its_request_answers(
    case: Case, context: Context
) -> None:
    landed = run(case.module, case.items, context(case))
    windows = {
        one["request_id"]: (one["window_start"], one["window_end"]) for one in landed.requests
    }
    rows = landed.tables[case.bars_table]
    assert rows
    for row in rows:
        start, end = windows[row["request_id"]]
        assert case.provider == "file_drop" or _within(row[case.stamp], start, end)


def _within(stamp: date, start: datetime, end: datetime) -> bool:
    """A date is told by the exchange's calendar, which may be a day ahead of UTC's."""
    if isinstance(stamp, datetime):
        return start <= stamp < end
    return start.date() <= stamp <= end.date()


def test_every_window_asked_for_is_answered_whole(distant: Case, context: Context) -> None:
    landed = run(distant.module, distant.items, context(distant))
    for item in distant.items:
        parts = [one for one in landed.requests if one["work_unit"] == item.name]
        if item.endpoint == "bars":
            answered = sorted(
                (one["window_start"], one["window_end"]) for one in parts if one["window_start"]
            )
            assert answered[0][0] == item.start
            assert answered[-1][1] == item.end
            assert all(one[1] == two[0] for one, two in itertools.pairwise(answered))


def test_a_failing_unit_is_told_and_the_others_go_on(case: Case, context: Context) -> None:
    given = context(case)
    landed = run(case.module, [case.bad, *case.items], given)
    assert [failure.item for failure in given.failures] == [case.bad]
    assert all(landed.tables.values())
    last = [one for one in landed.requests if one["work_unit"] == case.bad.name][-1]
    assert last["outcome"] == given.failures[0].outcome
    assert last["detail"] == given.failures[0].detail


def test_each_call_says_why_by_whom_and_how_it_ended(case: Case, context: Context) -> None:
    landed = run(case.module, [*case.items, case.bad], context(case))
    assert [one["request_id"] for one in landed.requests] == [
        7_000_000 + n for n in range(1, len(landed.requests) + 1)
    ]
    for one in landed.requests:
        assert one["run_id"] == 7
        assert one["provider"] == case.provider
        assert one["reason"] in {item.reason for item in [*case.items, case.bad]}
        assert one["outcome"] in set(Outcome)
        assert one["duration_ms"] >= 0
        assert not re.search(r"crumb=(?!\*\*\*)", one["url"])


def test_nothing_to_do_makes_no_call(case: Case, context: Context, exchange: Exchange) -> None:
    landed = run(case.module, [], context(case))
    assert landed.requests == []
    assert not any(landed.tables.values())
    assert exchange.journal() == []


def test_packages_tell_what_they_still_have_to_do_after_landing(
    case: Case, context: Context
) -> None:
    given = context(case)
    run(case.module, case.items, given)
    case.module.accepted(case.items, given)


def strip(landed: Landed, table: str) -> list[dict[str, Any]]:
    return [{k: v for k, v in row.items() if k != "request_id"} for row in landed.tables[table]]


@pytest.mark.parametrize(
    "passing",
    ["429", "429_retry_after", "503", "truncated_body", "reset", "hang", "junk_json", "html_page"],
)
def test_a_passing_trouble_costs_a_call_and_no_data(
    distant: Case, context: Context, exchange: Exchange, passing: str
) -> None:
    item = distant.items[0]
    whole = run(distant.module, [item], context(distant))
    exchange.add_fault(
        {
            "match": {"dialect": distant.provider, "path": distant.path, "nth": {"first": 1}},
            "do": passing,
        }
    )
    landed = run(distant.module, [item], context(distant, timeout_seconds=1))
    assert strip(landed, distant.bars_table) == strip(whole, distant.bars_table)
    assert landed.outcomes == []
    if (distant.provider, passing) == ("yahoo", "reset"):
        # curl by itself opens a kept connection anew that was dropped under it.
        return
    assert len(landed.data_requests) == len(whole.data_requests) + 1
    assert landed.data_requests[0]["outcome"] in {"throttled", "unavailable", "malformed"}


@pytest.mark.parametrize(
    "lasting",
    ["429", "503", "gzip_bomb", "junk_json", "403_firewall", {"redirect": "http://127.0.0.1:9/"}],
)
def test_a_lasting_trouble_ends_the_unit_and_lands_nothing(
    distant: Case, context: Context, exchange: Exchange, lasting: Any
) -> None:
    exchange.add_fault(
        {"match": {"dialect": distant.provider, "path": distant.path}, "do": lasting}
    )
    landed = run(distant.module, [distant.items[0]], context(distant, max_body_mb=8))
    assert len(landed.outcomes) == 1
    assert not any(landed.tables.values())
    assert len(landed.data_requests) <= 3


def test_a_provider_that_is_away_is_left_alone_after_three_units(
    distant: Case, context: Context, exchange: Exchange
) -> None:
    exchange.add_fault({"match": {"dialect": distant.provider}, "do": "503"})
    given = context(distant, attempts=1)
    run(distant.module, distant.items[:6], given)
    assert [failure.outcome for failure in given.failures] == ["unavailable"] * 6
    assert len([one for one in exchange.journal() if distant.path in one.path]) == 3


def test_rows_pass_through_dlt_unchanged(
    case: Case, context: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUNTIME__DLTHUB_TELEMETRY", "false")
    arrived: dict[str, int] = {}

    @dlt.destination(
        name="landing",
        batch_size=0,
        loader_file_format="parquet",
        naming_convention="direct",
        skip_dlt_columns_and_tables=True,
    )
    def landing(file: str, table: Any) -> None:
        read = pq.read_table(file)
        assert read.schema.equals(arrow_schema(table["name"], landed=False))
        arrived[table["name"]] = arrived.get(table["name"], 0) + read.num_rows

    pipeline = dlt.pipeline(
        pipeline_name=case.provider, pipelines_dir=str(tmp_path / "dlt"), destination=landing
    )
    source = case.module.source(case.items, context(case))
    pipeline.run(source, loader_file_format="parquet").raise_on_failed_jobs()
    landed = run(case.module, case.items, context(case))
    assert arrived == {name: len(rows) for name, rows in landed.tables.items() if rows}


@pytest.mark.parametrize("provider", PROVIDERS)
def test_each_package_has_the_same_few_files_and_says_what_it_loads(provider: str) -> None:
    folder = PROJECT / "extract" / provider
    assert {"__init__.py", "settings.py", "README.md"} <= {path.name for path in folder.iterdir()}
    for path in folder.glob("*.py"):
        told = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
        assert told, path
        assert told.count("\n") == 0, path
    assert "Loads" in (folder / "__init__.py").read_text(encoding="utf-8").splitlines()[0]
    readme = (folder / "README.md").read_text(encoding="utf-8")
    for heading in ("Endpoints", "Limits", "Outcomes", "Quirks", "Point it elsewhere"):
        assert f"## {heading}" in readme
