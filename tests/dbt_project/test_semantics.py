"""The figures that are told of the marts: each can be computed, and shares are shares."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb
import pytest
import yaml

from publish import open_market
from tests.dbt_project.raw_rows import ROOT
from warehouse.folder import DataFolder

AGGREGATES = {
    "sum": "sum", "min": "min", "max": "max", "average": "avg", "count": "count",
    "count_distinct": "count(distinct", "median": "median",
}  # fmt: skip


def declared(kind: str) -> list[dict[str, Any]]:
    return [
        one
        for path in sorted((ROOT / "dbt_project/models/marts").rglob("_semantics.yml"))
        for one in yaml.safe_load(path.read_text()).get(kind) or []
    ]


MODELS = {one["name"]: one for one in declared("semantic_models")}
METRICS = {one["name"]: one for one in declared("metrics")}
MEASURES = {
    measure["name"]: (model["model"].split("'")[1], measure)
    for model in MODELS.values()
    for measure in model.get("measures", [])
}


@pytest.fixture(scope="module")
def market(demo: DataFolder) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_market(demo.market).connection as connection:
        yield connection


def measured(market: duckdb.DuckDBPyConnection, name: str) -> Any:
    mart, measure = MEASURES[name]
    query = f"select {AGGREGATES[measure['agg']]}({measure['expr']}) from {mart}"
    return market.execute(query).fetchall()[0][0]


def told(market: duckdb.DuckDBPyConnection, name: str) -> Any:
    """What a metric says of all rows of its mart."""
    kind, params = METRICS[name]["type"], METRICS[name]["type_params"]
    if kind in ("simple", "cumulative"):
        return measured(market, params["measure"])
    inputs = [params["numerator"], params["denominator"]] if kind == "ratio" else params["metrics"]
    expression = f"{inputs[0]}::double / {inputs[1]}" if kind == "ratio" else params["expr"]
    values = ", ".join(f"?::double as {one}" for one in inputs)
    query = f"select {expression} from (select {values}) as inputs"
    return market.execute(query, [told(market, one) for one in inputs]).fetchall()[0][0]


@pytest.mark.parametrize("name", MODELS)
def test_a_semantic_model_names_columns_that_its_mart_has(
    market: duckdb.DuckDBPyConnection, name: str
) -> None:
    model = MODELS[name]
    columns = [
        one.get("expr", one["name"]) for one in model["dimensions"] + model.get("entities", [])
    ]
    mart = model["model"].split("'")[1]
    market.execute(f"select {', '.join(columns)} from {mart} limit 0")
    instants = [one["name"] for one in model["dimensions"] if one["type"] == "time"]
    assert model.get("defaults", {}).get("agg_time_dimension") in [*instants, None]
    for instant in instants:
        market.execute(f"select date_trunc('day', {instant}) from {mart} limit 0")
    keys = [one.get("expr") for one in model.get("entities", []) if one["type"] == "primary"]
    for key in keys:
        query = f"select count(*) - count(distinct {key}) from {mart}"
        assert market.execute(query).fetchall() == [(0,)]


@pytest.mark.parametrize("name", METRICS)
def test_a_metric_can_be_told_of_the_demo(market: duckdb.DuckDBPyConnection, name: str) -> None:
    value = told(market, name)
    if MEASURES_OF_RESTATEMENTS & uses(name):
        return
    assert value is not None
    if name.startswith("share_") or name.endswith("_ratio"):
        assert 0 <= value <= 1


# A demo in which no provider restates anything has counts of 0 and no largest one.
MEASURES_OF_RESTATEMENTS = {one["name"] for one in MODELS["restatements"]["measures"]}


def uses(metric: str) -> set[str]:
    params = METRICS[metric]["type_params"]
    if "measure" in params:
        return {params["measure"]}
    named = [params[key] for key in ("numerator", "denominator") if key in params]
    return {one for other in named + params.get("metrics", []) for one in uses(other)}


def test_every_measure_is_used_by_a_metric() -> None:
    assert {one for metric in METRICS for one in uses(metric)} == MEASURES.keys()


@pytest.mark.parametrize(
    ("name", "query"),
    [
        (
            "advance_decline_line",
            "select advance_decline_line from market_breadth order by date desc limit 1",
        ),
        (
            "share_of_rising_days",
            "select avg((close > previous_close)::int) from daily_aggregates",
        ),
        ("average_price_by_volume", "select sum(close * volume) / sum(volume) from daily_bars"),
        ("share_overbought", "select avg((rsi_14 >= 70)::int) from technical_indicators"),
        (
            "share_of_full_quality",
            "select avg((finding_count = 0)::int) from data_quality_scores",
        ),
    ],
)
def test_a_metric_says_what_a_reader_would_compute(
    market: duckdb.DuckDBPyConnection, name: str, query: str
) -> None:
    expected = market.execute(query).fetchall()[0][0]
    assert float(told(market, name)) == pytest.approx(float(expected), rel=1e-9)


def test_the_spine_of_days_has_every_day_of_the_marts(market: duckdb.DuckDBPyConnection) -> None:
    query = """
        select count(*), max(date) - min(date) + 1,
            (select count(*) from daily_aggregates anti join days using (date))
        from days
    """
    ((days, span, left_out),) = market.execute(query).fetchall()
    assert days == span
    assert left_out == 0
