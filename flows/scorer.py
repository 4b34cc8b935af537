"""`python -m flows.scorer FILE FEATURES SCORES PROBLEM`: a person's model, in its own process."""

from __future__ import annotations

import importlib.util
import json
import sys
import traceback
from pathlib import Path
from typing import Any

import pyarrow as pa


def main(file: Path, features: Path, scores: Path, problem: Path) -> int:
    """Hand the features to `score` and write its answer, or what went wrong and in which line."""
    try:
        answer = _score_of(file)(_read(features))
        if not isinstance(answer, pa.Table):
            raise TypeError(f"score must return a pyarrow.Table, not {type(answer).__name__}")
    except (Exception, SystemExit) as error:
        problem.write_text(json.dumps(_told(error, file)), encoding="utf-8")
        traceback.print_exc()
        return 1
    with pa.OSFile(str(scores), "wb") as sink, pa.ipc.new_file(sink, answer.schema) as writer:
        writer.write_table(answer)
    return 0


def _score_of(file: Path) -> Any:
    sys.path.insert(0, str(file.parent))
    spec = importlib.util.spec_from_file_location(file.stem, file)
    if spec is None or spec.loader is None:
        raise ImportError(f"{file.name} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[file.stem] = module
    spec.loader.exec_module(module)
    if not callable(getattr(module, "score", None)):
        raise AttributeError(f"{file.name} has no function score(table)")
    return module.score


def _read(path: Path) -> pa.Table:
    with pa.OSFile(str(path), "rb") as source, pa.ipc.open_file(source) as reader:
        return reader.read_all()


def _told(error: BaseException, file: Path) -> str:
    """The last line of the person's own file that took part, and the error."""
    lines = [
        f"{file.name}, line {frame.lineno}: "
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename) == file
    ]
    if isinstance(error, SyntaxError) and error.filename == str(file):
        lines.append(f"{file.name}, line {error.lineno}: ")
    return f"{lines[-1] if lines else ''}{type(error).__name__}: {error}"


if __name__ == "__main__":
    sys.exit(main(*(Path(argument).resolve() for argument in sys.argv[1:])))
