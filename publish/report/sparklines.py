"""The small lines beside the figures of a table."""

from __future__ import annotations

from collections.abc import Sequence

from publish.report.formats import price

WIDTH, HEIGHT, EDGE = 84, 20, 2


def sparkline(values: Sequence[float]) -> str:
    """A line through the values with a dot at its end; nothing where there are fewer than two."""
    if len(values) < 2:
        return ""
    low, high = min(values), max(values)
    step = (WIDTH - 2 * EDGE) / (len(values) - 1)
    rise = (HEIGHT - 2 * EDGE) / (high - low) if high > low else 0.0
    points = [
        (
            EDGE + place * step,
            HEIGHT - EDGE - (value - low) * rise if rise else HEIGHT / 2,
        )
        for place, value in enumerate(values)
    ]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    x, y = points[-1]
    told = f"{len(values)} closes between {price(low)} and {price(high)}"
    return (
        f'<svg class="spark" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{told}">'
        f'<polyline points="{line}"/><circle cx="{x:.1f}" cy="{y:.1f}" r="1.8"/></svg>'
    )
