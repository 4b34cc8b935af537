"""The report as one page of HTML that asks nobody for anything."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from publish.report.build import linked
from publish.report.charts import draw
from publish.report.document import Column, Figure, Report, Row
from publish.report.formats import NUMBERS, direction, shown
from publish.report.sparklines import sparkline

TEMPLATE = Path(__file__).with_name("template")
# Nothing may be fetched and nothing may run, whatever text of others says.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


@dataclass
class Notes:
    """Commands that trace figures, numbered as the page shows them."""

    numbers: dict[str, int] = field(default_factory=dict)
    runs: set[int] = field(default_factory=set)
    explained: set[tuple[Column, ...]] = field(default_factory=set)

    def number(self, row: Row) -> int | None:
        self.runs |= set(linked(row.runs))
        if not row.trace:
            return None
        return self.numbers.setdefault(row.trace, len(self.numbers) + 1)

    @property
    def traces(self) -> list[tuple[int, str]]:
        return [(number, command) for command, number in self.numbers.items()]

    def is_first(self, columns: list[Column]) -> bool:
        """What columns of that kind mean is told once, under the first table that has them."""
        told = tuple(columns)
        is_first = told not in self.explained
        self.explained.add(told)
        return is_first


def page(report: Report) -> str:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals |= {
        "cell": cell,
        "cell_class": cell_class,
        "drawn": drawn,
        "is_figure": lambda part: isinstance(part, Figure),
        "linked": linked,
        "numbers": NUMBERS | {"spark"},
    }
    notes = Notes()
    return environment.get_template("page.html").render(
        report=report,
        policy=POLICY,
        style=Markup((TEMPLATE / "style.css").read_text(encoding="utf-8")),
        notes=notes,
        known_runs=lambda: [row for row in report.runs.rows if row.cells[0] in notes.runs],
    )


def cell(kind: str, value: Any) -> str:
    if kind == "spark":
        return Markup(sparkline(value or ()))
    return shown(kind, value)


def cell_class(kind: str, value: Any) -> str:
    """How a cell looks; what it says never depends on its colour."""
    names = [kind] if kind in ("name", "spark", "heat") else []
    if kind in NUMBERS and kind != "heat":
        names.append("number")
    if kind == "heat" and value is not None:
        names.append(f"heat-{heat(value)}")
    if turned := direction(kind, value):
        names.append(turned)
    return " ".join(names)


def heat(value: float) -> int:
    """Five steps, whole sessions apart from all others."""
    return 4 if value >= 1 else sum(value >= least for least in (0.5, 0.9, 0.99))


def drawn(figure: Figure) -> Markup:
    return Markup(draw(figure))
