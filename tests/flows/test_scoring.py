"""A person's model is asked in its own process; what holds of its answer becomes a table."""

from __future__ import annotations

import re
import shutil
from datetime import date, datetime

import pyarrow as pa
import pytest
from command_line import tapehouse

from extract import raw_tables, scores
from extract.landing import Landing
from extract.scores import Answer
from flows.scoring import score
from publish import open_market
from warehouse import database
from warehouse.errors import BadDataError, ConfigurationError, TapehouseError, UsageError
from warehouse.folder import DataFolder
from warehouse.settings import PROJECT, ScorerSettings, Settings

PAGE = PROJECT / "docs" / "features.md"
OPENED = datetime(2026, 3, 10, 13, 30)
HANDED = pa.table(
    {
        "instrument_id": [1, 2, 3, 4, 5],
        "date": [date(2026, 3, 10)] * 5,
        "opened_at": pa.array([OPENED] * 5, pa.timestamp("us")),
    }
)


def documented() -> str:
    """The model that docs/features.md shows."""
    (text,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    return str(text)


@pytest.fixture(scope="module")
def own_copy(demo: DataFolder, tmp_path_factory: pytest.TempPathFactory) -> DataFolder:
    """A demo of one's own that a model may write to."""
    copy = DataFolder(tmp_path_factory.mktemp("scoring") / "data")
    shutil.copytree(demo.root, copy.root, symlinks=True)
    return copy


def registered(folder: DataFolder, text: str, **more: object) -> Settings:
    file = folder.root / "model.py"
    file.write_text(text, encoding="utf-8")
    scorer = ScorerSettings.model_validate({"file": file, **more})
    return Settings(data_dir=folder.root, scoring={"own": scorer})


def test_the_documented_model_gives_scores_that_readers_find(own_copy: DataFolder) -> None:
    file = own_copy.root / "momentum.py"
    file.write_text(documented(), encoding="utf-8")
    named = {"TAPEHOUSE_SCORING__MOMENTUM__FILE": str(file)}
    done = tapehouse(own_copy.root, "score", "momentum", "--symbols", "AAPL,MSFT", **named)
    assert "2 of 2 rows scored by momentum" in done.stdout
    with open_market(own_copy.market).connection as connection:
        found = connection.execute(
            "select symbol, date::varchar, as_of <= known_at, version_number from scores"
            " where isfinite(score) order by symbol"
        ).fetchall()
        steps = connection.execute(
            "select count(*) from landing_files where table_name = 'tapehouse_scores'"
        ).fetchall()
    assert found == [("AAPL", "2026-03-10", True, 1), ("MSFT", "2026-03-10", True, 1)]
    assert steps == [(1,)]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("def score(table):\n    return 1 / 0\n", r"model.py, line 2: ZeroDivisionError"),
        ("def score(table):\n    return table.to_pydict()\n", "must return a pyarrow.Table"),
        ("def guess(table):\n    return table\n", r"no function score\(table\)"),
        ("def score(table)\n    return table\n", "model.py, line 1: SyntaxError"),
        ("import sys\nsys.exit(3)\n", "model.py, line 2: SystemExit: 3"),
        ("import os\n\ndef score(table):\n    os.abort()\n", "signal 6 and gave no answer"),
        ("def score(table):\n    return table\n", "no single column 'score'"),
    ],
)
def test_a_model_that_fails_is_told_and_reaches_nothing(
    demo: DataFolder, own_copy: DataFolder, text: str, reason: str
) -> None:
    before = (own_copy.landing / "manifest.jsonl").read_bytes()
    with pytest.raises(BadDataError, match=reason):
        score(registered(own_copy, text), "own", symbols=("AAPL",))
    assert (own_copy.landing / "manifest.jsonl").read_bytes() == before


def test_a_model_that_hangs_is_stopped(own_copy: DataFolder) -> None:
    text = "import time\n\ndef score(table):\n    time.sleep(60)\n"
    with pytest.raises(BadDataError, match=r"longer than 1\.5 s"):
        score(registered(own_copy, text, timeout_seconds=1.5), "own", symbols=("AAPL",))


@pytest.mark.parametrize(
    ("name", "missing", "kind"),
    [("other", False, UsageError), ("own", True, ConfigurationError)],
)
def test_a_model_that_is_not_there_is_named(
    own_copy: DataFolder, name: str, missing: bool, kind: type[TapehouseError]
) -> None:
    settings = registered(own_copy, documented())
    if missing:
        settings.scoring["own"].path.unlink()
    with pytest.raises(kind, match=name):
        score(settings, name)


def answer(**columns: object) -> pa.Table:
    given = {
        "instrument_id": [1, 2, 3, 4, 4, 999, None],
        "date": [date(2026, 3, 10)] * 7,
        "score": [0.5, None, float("nan"), 1.0, 2.0, 3.0, 4.0],
    }
    return pa.table(given | columns)


def test_rows_that_do_not_hold_are_refused_each_with_its_reason() -> None:
    good, refused = scores.judge(answer(), HANDED)
    assert [row["instrument_id"] for row in good] == [1]
    assert [(one.row["instrument_id"], one.reason) for one in refused] == [
        (2, "has no score"),
        (3, "has a score that is no finite number"),
        (4, "is one of several for the same bar"),
        (4, "is one of several for the same bar"),
        (999, "is of a bar that was not handed over"),
        (None, "names no bar"),
    ]


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"score": ["high"] * 7}, "'score' must hold numbers, not string"),
        ({"score": [True] * 7}, "'score' must hold numbers, not bool"),
        ({"date": ["2026-03-10"] * 7}, "'date' must hold dates"),
    ],
)
def test_an_answer_of_another_shape_is_refused_whole(
    columns: dict[str, object], reason: str
) -> None:
    with pytest.raises(BadDataError, match=reason):
        scores.judge(answer(**columns), HANDED)


@pytest.mark.parametrize("format", ["parquet", "csv"])
def test_scores_and_refused_rows_are_landed_and_loaded_as_one(
    folder: DataFolder, format: str
) -> None:
    landing = Landing(folder, format)  # type: ignore[arg-type]
    good, refused = scores.judge(answer(), HANDED)
    told = Answer("own", "ab" * 32, OPENED, OPENED)
    lines = scores.land(landing, 7, told, good, refused)
    assert {(line.group_size, line.run_id) for line in lines} == {(2, 7)}
    raw_tables.load(folder, landing)
    with database.connect(folder.warehouse, read_only=True) as connection:
        assert connection.execute(
            "select run_id, model, instrument_id, opened_at, score from raw.tapehouse_scores"
        ).fetchall() == [(7, "own", 1, OPENED, 0.5)]
        assert connection.execute(
            "select count(*), min(provider), count(*) filter (reason like 'a row of own %')"
            " from raw.rejected_rows where json_valid(payload)"
        ).fetchall() == [(6, "tapehouse", 6)]
