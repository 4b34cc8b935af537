"""What explain, diff and quarantine print and how they end, on the demo's warehouse."""

from __future__ import annotations

import json
import re

from command_line import tapehouse

from warehouse.folder import DataFolder


def test_explain_prints_the_walk_as_plain_lines_and_its_time_last(demo: DataFolder) -> None:
    lines = tapehouse(demo.root, "explain", "AAPL", "2026-03-10", "close").stdout.splitlines()
    assert lines[0].startswith("AAPL 2026-03-10 ")
    assert re.fullmatch(r"walked back in \d+ ms", lines[-1])
    depths = [len(line) - len(line.lstrip()) for line in lines if "run 2:" in line]
    assert depths == [12]


def test_explain_as_json_holds_exact_values_and_every_station(demo: DataFolder) -> None:
    done = tapehouse(demo.root, "explain", "TSM", "2026-02-10", "close", "--json")
    told = json.loads(done.stdout)
    assert told["facts"]["close_raw"] == "369.17"
    kinds = []

    def walk(node: dict[str, object]) -> None:
        kinds.append(node["kind"])
        for child in node["children"]:  # type: ignore[attr-defined]
            walk(child)

    walk(told)
    order = ["mart", "derived", "action", "version", "raw", "file", "request", "run"]
    assert [kind for kind in kinds if kind in order] == order


def test_a_name_that_is_wrong_is_a_usage_error_that_tells_the_nearest(demo: DataFolder) -> None:
    done = tapehouse(demo.root, "explain", "AAPL", "2026-03-08", "close", check=False)
    assert done.returncode == 64
    assert "2026-03-06 and 2026-03-09" in done.stderr


def test_diff_tells_what_the_demos_second_day_changed(demo: DataFolder) -> None:
    done = tapehouse(demo.root, "diff", "--json", check=False)
    assert done.returncode == 1
    told = json.loads(done.stdout)
    counts = {change["cause"]: change["count"] for change in told["changes"]}
    assert (counts["healed"], counts["restated"], counts["rules"]) == (30, 2, 0)


def test_diff_of_a_run_that_never_was_names_those_that_were(demo: DataFolder) -> None:
    done = tapehouse(demo.root, "diff", "1", "99", check=False)
    assert done.returncode == 64
    assert "runs that did: 1, 2" in done.stderr


def test_quarantine_counts_by_rule_and_shows_each_before_more_of_one(demo: DataFolder) -> None:
    told = json.loads(tapehouse(demo.root, "quarantine", "list", "-n", "4", "--json").stdout)
    counts = {row["rule"]: row["found"] for row in told["rules"]}
    assert counts["null_bar"] > 50
    assert len(told["rows"]) == 4
    assert {row["rule"] for row in told["rows"]} == set(counts)


def test_quarantine_is_narrowed_by_rule_symbol_and_provider(demo: DataFolder) -> None:
    def rules(*options: str) -> dict[str, int]:
        done = tapehouse(demo.root, "quarantine", "list", "--json", *options)
        return {row["rule"]: row["found"] for row in json.loads(done.stdout)["rules"]}

    assert rules("--symbol", "ACME") == {"outside_session": 1, "price_relations": 1}
    assert rules("--provider", "file_drop", "--rule", "rejected") == {"rejected": 1}
    assert set(rules("--provider", "yahoo")) == {"null_bar"}
    assert "no rows" in tapehouse(demo.root, "quarantine", "list", "--symbol", "SPX").stdout
