"""Figures drawn as SVG, by the same bytes each time."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import matplotlib
from matplotlib import dates as axis_dates
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import MaxNLocator

from publish.report.document import Figure
from publish.report.formats import MINUS

# Told apart without seeing colours too, with the dashes that lines have (Okabe and Ito's palette).
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#5B5B5B", "#E69F00", "#56B4E9")
DASHES = ("solid", "dashed", "dashdot", "dotted", (0, (5, 1)), (0, (3, 1, 1, 1)), (0, (1, 1)))
UP, DOWN = "#00694B", "#B3261E"
OUTCOMES = {"ok": "#0072B2", "empty": "#9ECAE1", "throttled": "#E69F00", "failed": "#B3261E"}
INCHES = 8.8
STYLE: Any = {
    "svg.hashsalt": "tapehouse",
    "svg.fonttype": "none",
    "font.size": 9.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#767676",
    "axes.labelcolor": "#333333",
    "xtick.color": "#333333",
    "ytick.color": "#333333",
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#E3E3E3",
    "legend.frameon": False,
    "figure.constrained_layout.use": True,
}


def draw(figure: Figure) -> str:
    """The `svg` element alone, with ids that no other figure of the page has."""
    with matplotlib.rc_context(STYLE):
        canvas = Canvas(figsize=(INCHES, height(figure)))
        FigureCanvasSVG(canvas)
        DRAWN[figure.kind](canvas, figure)
        written = io.StringIO()
        canvas.savefig(written, format="svg", transparent=True, metadata={"Date": None})
    return own_ids(written.getvalue(), figure.key)


def height(figure: Figure) -> float:
    if figure.kind in ("bars_across", "dots", "stacked"):
        return 0.9 + 0.19 * max(len(one.x) for one in figure.series)
    return 3.6 if figure.kind == "breadth" else 2.6


def own_ids(text: str, key: str) -> str:
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r'\bid="([^"]+)"', rf'id="{key}-\1"', text)
    text = re.sub(r"url\(#([^)]+)\)", rf"url(#{key}-\1)", text)
    text = re.sub(r'href="#([^"]+)"', rf'href="#{key}-\1"', text)
    # The figure's own caption and alt say what it is; its marks are nothing to read one by one.
    return re.sub(r' width="[^"]+pt"| height="[^"]+pt"| xmlns(:\w+)?="[^"]+"', "", text, count=4)


def lines(canvas: Canvas, figure: Figure) -> None:
    axes = canvas.subplots()
    for place, one in enumerate(figure.series):
        axes.plot(
            one.x,
            [float("nan") if value is None else value for value in one.y],
            label=one.name,
            color=COLOURS[place % len(COLOURS)],
            linestyle=DASHES[place % len(DASHES)],
            linewidth=1.5,
        )
    dated(axes, figure)
    axes.set_ylabel(figure.y_label)
    if len(figure.series) > 1:
        above(axes, 6)
    else:
        axes.axhline(0, color="#767676", linewidth=0.8)


def above(axes: Axes, columns: int) -> None:
    """A legend between the picture's edge and the axes, where no mark can lie beneath it."""
    axes.legend(
        loc="lower left",
        bbox_to_anchor=(0, 1.0),
        ncols=columns,
        fontsize=9,
        handlelength=2.6,
    )


def dated(axes: Axes, figure: Figure) -> None:
    """Days below, and the week of the report shaded."""
    days = sorted({day for one in figure.series for day in one.x})
    locator = axis_dates.AutoDateLocator(minticks=3, maxticks=8)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    formatter = axis_dates.ConciseDateFormatter(locator)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_formatter(formatter)
    marked: date | None = figure.marked_from
    if marked and days[-1] >= marked:
        start, end = (
            axis_dates.date2num(day)  # type: ignore[no-untyped-call]
            for day in (marked, days[-1])
        )
        axes.axvspan(start - 0.5, end + 0.5, color="#FFF1C9", linewidth=0, zorder=0)


def bars_across(canvas: Canvas, figure: Figure) -> None:
    axes = canvas.subplots()
    (one,) = figure.series
    values = [value or 0.0 for value in one.y]
    places = list(range(len(values)))[::-1]
    colours = [UP if value >= 0 else DOWN for value in values]
    drawn = axes.barh(places, values, color=colours, height=0.7)
    labels = [f"{value:+.2f}".replace("-", MINUS) for value in values]
    axes.bar_label(drawn, labels, padding=3, fontsize=8.5)
    axes.set_yticks(places, one.x)
    axes.axvline(0, color="#767676", linewidth=0.8)
    axes.margins(x=0.14, y=0.02)
    axes.grid(axis="y", visible=False)
    axes.set_xlabel(figure.y_label)


def breadth(canvas: Canvas, figure: Figure) -> None:
    up, down, line = figure.series
    counts, below = canvas.subplots(2, 1, sharex=True, height_ratios=(3, 2))
    counts.bar(up.x, [value or 0 for value in up.y], color=UP, width=0.8, label="up")
    counts.bar(down.x, [value or 0 for value in down.y], color=DOWN, width=0.8, label="down")
    counts.axhline(0, color="#767676", linewidth=0.8)
    counts.yaxis.set_major_locator(MaxNLocator(integer=True))
    counts.yaxis.set_major_formatter(lambda value, _: f"{abs(value):.0f}")
    counts.set_ylabel(figure.y_label)
    above(counts, 2)
    below.plot(line.x, line.y, color=COLOURS[0], linewidth=1.5)
    below.yaxis.set_major_locator(MaxNLocator(nbins=4, integer=True))
    below.set_ylabel(line.name)
    for axes in (counts, below):
        dated(axes, figure)


def curve(canvas: Canvas, figure: Figure) -> None:
    """Tenors stand side by side; their distances are not to scale."""
    axes = canvas.subplots()
    for place, one in enumerate(figure.series):
        axes.plot(
            range(len(one.x)),
            [float("nan") if value is None else value for value in one.y],
            label=one.name,
            marker="os"[place % 2],
            color=COLOURS[place] if place == 0 else "#5B5B5B",
            linestyle=DASHES[place],
        )
    axes.set_xticks(range(len(figure.series[0].x)), figure.series[0].x)
    axes.margins(x=0.06, y=0.15)
    axes.set_ylabel(figure.y_label)
    above(axes, 2)


def dots(canvas: Canvas, figure: Figure) -> None:
    axes = canvas.subplots()
    places = list(range(len(figure.series[0].x)))[::-1]
    for place, one in enumerate(figure.series):
        held = [(value, at) for value, at in zip(one.y, places, strict=True) if value is not None]
        axes.scatter(
            [value for value, _ in held],
            [at for _, at in held],
            label=one.name,
            marker="oD"[place % 2],
            s=26,
            color=COLOURS[place],
            zorder=3,
        )
    axes.set_yticks(places, figure.series[0].x)
    axes.margins(y=0.03)
    axes.set_xlim(left=0)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    axes.set_xlabel(figure.y_label)
    above(axes, 4)


def stacked(canvas: Canvas, figure: Figure) -> None:
    axes = canvas.subplots()
    names = figure.series[0].x
    places = list(range(len(names)))[::-1]
    begun = [0.0] * len(names)
    for one in figure.series:
        values = [value or 0.0 for value in one.y]
        axes.barh(places, values, left=begun, height=0.65, label=one.name, color=OUTCOMES[one.name])
        begun = [start + value for start, value in zip(begun, values, strict=True)]
    for place, total in zip(places, begun, strict=True):
        axes.text(total, place, f" {total:,.0f}", va="center", fontsize=8.5)
    axes.set_yticks(places, names)
    axes.margins(x=0.1)
    axes.grid(axis="y", visible=False)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlabel(figure.y_label)
    above(axes, 4)


DRAWN: dict[str, Callable[[Canvas, Figure], None]] = {
    "lines": lines,
    "bars_across": bars_across,
    "breadth": breadth,
    "curve": curve,
    "dots": dots,
    "stacked": stacked,
}
