"""Two runs against the exchange: what changed between them is told, and by which answer."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import duckdb
import pytest
from command_line import tapehouse
from never_loaded import begin
from own_project import OwnProject

from publish import open_market
from publish.trace.diff import Change, Diff, diff
from publish.trace.explain import explain
from publish.trace.tree import Node
from sandbox import Exchange
from warehouse.errors import UsageError
from warehouse.folder import DataFolder

BEFORE, AFTER = datetime(2026, 3, 10, 15, 0), datetime(2026, 3, 11, 15, 0)
SYMBOLS = ("MSFT", "AAPL")
# One brings the bars, the others are asked for the same days as a check.
CHECKS = {"massive", "fmp", "alpha_vantage"}
PROVIDERS = {"yahoo", *CHECKS}


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> DataFolder:
    """Run 1 before Yahoo corrects a bar of MSFT, run 2 after; run 3 builds by another rule."""
    root = tmp_path_factory.mktemp("runs")
    folder = DataFolder(root / "data")
    folder.prepare("sandbox")
    begin(folder)
    with Exchange(seed=7, now=BEFORE) as exchange:
        for now in (BEFORE, AFTER):
            exchange.set_clock(now)
            tapehouse(
                folder.root, "run", *SYMBOLS, "--interval", "1d",
                TAPEHOUSE_SANDBOX__URL=exchange.url,
            )  # fmt: skip
    project = OwnProject(root / "project")
    project.change("dbt_project/seeds/coverage.csv", "all,1d,730", "all,1d,800")
    built = project.tapehouse(folder.root, "build")
    assert built.returncode == 0, built.stdout + built.stderr
    tapehouse(folder.root, "publish")
    return folder


def change(found: Diff, cause: str) -> Change:
    return next(one for one in found.changes if one.cause == cause)


def every(node: Node, kind: str) -> list[Node]:
    own = [node] if node.kind == kind else []
    return own + [found for child in node.children for found in every(child, kind)]


def test_restated_and_new_bars_are_told_with_their_requests(runs: DataFolder) -> None:
    with open_market(runs.market).connection as market:
        found = diff(market, 1, 2)
        restated = change(found, "restated")
        close = next(row for row in restated.rows if row["field"] == "close")
        assert {row["symbol"] for row in restated.rows} == {"MSFT"}
        assert {str(row["opened_at"])[:10] for row in restated.rows} == {"2026-03-09"}
        assert float(close["old_value"] / close["new_value"]) == pytest.approx(1.004, rel=1e-5)
        assert requests_of(market, [row["request_id"] for row in restated.rows]) == {2}
        new = change(found, "new")
        assert {str(row["opened_at"])[:10] for row in new.rows} == {"2026-03-10"}
        assert new.count == len(new.rows) == len(SYMBOLS) * len(PROVIDERS)
        assert owners_of(new) == {(symbol, name) for symbol in SYMBOLS for name in PROVIDERS}
        assert change(found, "rules").count == 0
        assert {"yahoo_bars", "requests"} <= {row["table_name"] for row in found.files}


def owners_of(told: Change) -> set[tuple[str, str]]:
    return {(row["symbol"], row["provider"]) for row in told.rows}


def requests_of(market: duckdb.DuckDBPyConnection, ids: list[int]) -> set[int]:
    listed = ", ".join(str(one) for one in ids)
    rows = market.execute(
        f"select distinct run_id from requests where request_id in ({listed})"
    ).fetchall()
    return {run_id for (run_id,) in rows}


def test_a_new_bar_that_the_gap_ledger_knew_is_healed_by_the_answer_that_brought_it(
    runs: DataFolder, tmp_path: Path
) -> None:
    copy = tmp_path / "market.duckdb"
    copy.write_bytes(runs.market.read_bytes())
    with duckdb.connect(str(copy)) as connection:
        connection.execute(
            "create or replace table bar_gaps as select instrument_id, '1d' as interval, "
            "opened_at, 'healed' as state, known_at as healed_at from daily_bars "
            "where symbol = 'AAPL' and session_date = '2026-03-10'"
        )
        connection.execute("checkpoint")
    with open_market(copy).connection as market:
        found = diff(market, 1, 2)
    healed, new = change(found, "healed"), change(found, "new")
    assert (healed.count, owners_of(healed)) == (1, {("AAPL", "yahoo")})
    assert owners_of(new) == {
        *(("AAPL", name) for name in CHECKS),
        *(("MSFT", name) for name in PROVIDERS),
    }


def test_symbols_interval_and_limit_narrow_what_is_told(runs: DataFolder) -> None:
    with open_market(runs.market).connection as market:
        apple = diff(market, 1, 2, ["AAPL"])
        counts = [change(apple, cause).count for cause in ("new", "restated")]
        assert counts == [len(PROVIDERS), 0]
        minutes = diff(market, 1, 2, interval="1m")
        assert [change(minutes, cause).count for cause in ("new", "restated")] == [0, 0]
        short = change(diff(market, 1, 2, limit=1), "restated")
        assert short.count > len(short.rows) == 1


def test_a_rule_that_changed_is_told_with_both_values_and_nothing_else(runs: DataFolder) -> None:
    with open_market(runs.market).connection as market:
        found = diff(market)
    assert (found.span.run_a, found.span.run_b) == (2, 3)
    (rule,) = change(found, "rules").rows
    assert (rule["kind"], rule["name"], rule["run_id"]) == ("coverage", "all 1d history", 3)
    assert '"730"' in rule["old_value"]
    assert '"800"' in rule["new_value"]
    assert [one.cause for one in found.changes if one.count] == ["rules"]


def test_the_order_of_the_two_does_not_matter_and_unknown_runs_are_named(
    runs: DataFolder,
) -> None:
    with open_market(runs.market).connection as market:
        assert diff(market, 2, 1) == diff(market, 1, 2)
        with pytest.raises(UsageError, match="run 77 landed nothing") as caught:
            diff(market, 1, 77)
    assert "1, 2, 3" in caught.value.next_step


def test_the_same_state_has_no_difference(runs: DataFolder) -> None:
    with open_market(runs.market).connection as market:
        assert not diff(market, 2, 2)


def test_a_restated_bar_is_explained_with_both_versions_and_how_each_came(
    runs: DataFolder,
) -> None:
    with open_market(runs.market).connection as market:
        tree = explain(market, "MSFT", "2026-03-09", "close").tree
    versions = every(tree, "version")
    assert {one.facts["provider"] for one in versions} == PROVIDERS
    new, old = (one for one in versions if one.facts["provider"] == "yahoo")
    assert (new.facts["cause"], old.facts["cause"]) == ("restated", "first")
    assert float(new.facts["close"]) == pytest.approx(float(tree.facts["close_raw"]), rel=1e-7)
    assert float(old.facts["close"] / new.facts["close"]) == pytest.approx(1.004, rel=1e-5)
    assert every(new, "run")[0].facts["run_id"] == 2


def test_the_command_prints_both_and_tells_by_its_exit_code(runs: DataFolder) -> None:
    told = tapehouse(runs.root, "diff", "1", "2", check=False)
    assert told.returncode == 1
    for words in ("restated", "MSFT", "2026-03-10", "from the state after run 1"):
        assert words in told.stdout
    assert tapehouse(runs.root, "diff", "2", "2").returncode == 0
    rules = tapehouse(runs.root, "diff", check=False).stdout
    assert "coverage all 1d history: back_days 730 -> 800" in rules
    assert tapehouse(runs.root, "diff", "1", "77", check=False).returncode == 64
