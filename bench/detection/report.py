"""The figures of some simulated years: on the screen, in the page about the rules, as a verdict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.detection.tally import Tally, share
from sandbox.mistakes import SEVERITIES

LEAST_RECALL = 0.98
LEAST_PRECISION = 0.95
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
HEADER = ("rule", *SEVERITIES, "recall, severe", "right", "wrong", "precision")


@dataclass(frozen=True)
class Report:
    """One year: what the rules did, and the z-scores of daily returns beside them."""

    seed: int
    rules: Tally
    baseline: Tally

    @property
    def passed(self) -> bool:
        return (
            self.rules.recall("severe") >= LEAST_RECALL
            and self.rules.precision >= LEAST_PRECISION
            and self.rules.crash_findings == 0
        )

    @property
    def verdict(self) -> str:
        return f"seed {self.seed}: {in_words(self.rules)}"


def in_words(done: Tally) -> str:
    return (
        f"recall {done.recall('severe'):.3f} severe, {done.recall('moderate'):.3f} moderate, "
        f"{done.recall('mild'):.3f} mild, precision {done.precision:.3f}, "
        f"crash days flagged {done.crash_findings} of {done.crash_bars}, "
        f"news flagged {done.news_flagged} of {done.news}"
    )


def rows(tallies: Sequence[Tally]) -> Iterator[tuple[str, ...]]:
    """One row per rule; a rule that should catch nothing of what was injected has no recall."""
    meant = {mistake.rule for done in tallies for mistake in done.mistakes}
    said = {rule for done in tallies for rules in done.right.values() for rule in rules}
    said |= {finding.rule for done in tallies for finding in done.wrong}
    for rule in sorted(meant | said):
        counts = {severity: [0, 0] for severity in SEVERITIES}
        for done in tallies:
            for number, mistake in enumerate(done.mistakes):
                if mistake.rule == rule:
                    counts[mistake.severity][0] += number in done.found
                    counts[mistake.severity][1] += 1
        right = sum(rule in rules for done in tallies for rules in done.right.values())
        wrong = sum(finding.rule == rule for done in tallies for finding in done.wrong)
        found, injected = counts["severe"]
        yield (
            rule,
            *(f"{one}/{of}" if of else "" for one, of in counts.values()),
            f"{share(found, injected):.2f}" if injected else "",
            str(right),
            str(wrong),
            f"{share(right, right + wrong):.2f}" if right + wrong else "",
        )


def show(reports: Sequence[Report]) -> None:
    table = Table(*HEADER, title="What the rules found")
    for column in table.columns[1:]:
        column.justify = "right"
    for row in rows([report.rules for report in reports]):
        table.add_row(*row)
    console = Console(highlight=False, width=max(Console().width, 110))
    console.print(table)
    for report in reports:
        console.print(f"seed {report.seed}, rules:    {in_words(report.rules)}")
        console.print(f"seed {report.seed}, z-scores: {in_words(report.baseline)}")


def write_page(page: Path, reports: Sequence[Report]) -> None:
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    lines = [f"| {' | '.join(HEADER)} |", "|---|" + "---:|" * (len(HEADER) - 1)]
    lines += [f"| `{row[0]}` | {' | '.join(row[1:])} |" for row in rows([r.rules for r in reports])]
    lines += ["", "| seed | judged by | figures |", "|---|---|---|"]
    for report in reports:
        lines.append(f"| {report.seed} | the rules | {in_words(report.rules)} |")
        lines.append(f"| {report.seed} | z-scores, daily bars | {in_words(report.baseline)} |")
    text = "\n".join(lines)
    page.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")
