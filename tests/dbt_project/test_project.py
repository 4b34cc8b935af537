"""What every model of the project owes its readers: words, contracts and a readable size."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from tests.dbt_project.raw_rows import ROOT, RawRows, declared_columns, declared_tables

MODELS = sorted((ROOT / "dbt_project/models").rglob("*.sql"))
ENGINE_WORDS = ("qualify", "arg_max", "arg_min", "ignore nulls", "asof", "group by all")


def described(sql: Path) -> dict[str, Any]:
    found = yaml.safe_load(sql.with_suffix(".yml").read_text())["models"]
    assert len(found) == 1
    model: dict[str, Any] = found[0]
    return model


@pytest.mark.parametrize("sql", MODELS, ids=lambda path: path.stem)
def test_model_has_its_own_yml_with_a_grain_and_a_word_on_every_column(sql: Path) -> None:
    model = described(sql)
    assert model["name"] == sql.stem
    assert model["description"].startswith("One row per")
    for column in model["columns"]:
        assert column["data_type"], column["name"]
        assert len(column["description"]) > 5, column["name"]


@pytest.mark.parametrize("sql", MODELS, ids=lambda path: path.stem)
def test_model_keeps_to_the_size_and_the_portable_language(sql: Path) -> None:
    text = sql.read_text()
    assert text.count("\n") <= 80
    assert sql.with_suffix(".yml").read_text().count("\n") <= 120
    for word in ENGINE_WORDS:
        assert word not in text.lower()


def test_no_folder_of_models_outgrows_twenty_families() -> None:
    folders = {path.parent for path in MODELS}
    crowded = [folder for folder in folders if len(list(folder.glob("*.sql"))) > 20]
    assert crowded == []


def test_every_raw_column_is_declared_with_type_and_description() -> None:
    for table in declared_tables():
        assert table["description"]
        assert all(column["description"] for column in table["columns"])
    for name, columns in declared_columns().items():
        keys = list(columns)[:2]
        assert (
            keys == ["file_seq", "group_seq"]
            if name == "landing_files"
            else keys
            == [
                "file_seq",
                "row_number",
            ]
        )


def test_a_quality_model_says_on_its_first_line_what_a_row_means() -> None:
    rules = sorted((ROOT / "dbt_project/models/quality").rglob("*.sql"))
    assert len(rules) >= 26
    for sql in rules:
        assert sql.read_text().startswith("-- A row is "), sql.stem


def test_a_view_takes_the_place_of_a_table_and_is_replaced_in_one_step(tmp_path: Path) -> None:
    raw = RawRows(tmp_path)
    raw.build("--select", "stg_yahoo__quotes", "--exclude", "test_type:data")
    kind = "select table_type from information_schema.tables where table_name like 'stg_yahoo__q%'"
    assert raw.rows(kind) == [("VIEW",)]
    with duckdb.connect(str(raw.path)) as connection:
        connection.execute("drop view staging.stg_yahoo__quotes")
        connection.execute("create table staging.stg_yahoo__quotes (left_over integer)")
    for _ in range(2):
        raw.build("--select", "stg_yahoo__quotes", "--exclude", "test_type:data")
        assert raw.rows(kind) == [("VIEW",)]


def test_a_key_that_is_null_or_there_twice_fails(tmp_path: Path) -> None:
    raw = RawRows(tmp_path)
    raw.build("--select", "stg_yahoo__quotes")
    for rows in ("(1, 1), (1, 1)", "(2, null)"):
        with duckdb.connect(str(raw.path)) as connection:
            insert = f"insert into raw.yahoo_quotes (file_seq, row_number) values {rows}"
            connection.execute(insert)
        with pytest.raises(AssertionError, match="is_key_stg_yahoo__quotes"):
            raw.build("--select", "stg_yahoo__quotes")
        with duckdb.connect(str(raw.path)) as connection:
            connection.execute("delete from raw.yahoo_quotes")
