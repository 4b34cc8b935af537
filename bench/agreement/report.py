"""The figures of some seeds: on the screen, in the page about agreement, as a verdict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.agreement.kinds import KINDS
from bench.agreement.tally import CLASSES, TWO, Score, Tally

LEAST_ACCURACY = 0.99
MOST_ALARMS = 0.001
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
HEADER = ("what was done to a bar", "bars", *CLASSES, "class", "cause", "outvoted")


def share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def passed(done: Tally) -> bool:
    score = done.all
    rights = (score.right_class, score.right_cause, score.right_outvoted)
    return (
        all(share(right, score.count) >= LEAST_ACCURACY for right in rights)
        and share(len(done.alarms), done.undisturbed) <= MOST_ALARMS
    )


def in_words(done: Tally) -> str:
    score = done.all
    return (
        f"{score.count:,} disagreements: class right {share(score.right_class, score.count):.4f},"
        f" cause {share(score.right_cause, score.count):.4f},"
        f" outvoted {share(score.right_outvoted, score.count):.4f};"
        f" {len(done.alarms)} false alarms in {done.undisturbed:,} undisturbed bars"
    )


def rows(tallies: Sequence[Tally]) -> Iterator[tuple[str, ...]]:
    names = [kind.name for kind in KINDS] + [TWO]
    scores = {
        name: sum((done.kinds.get(name, Score()) for done in tallies), Score()) for name in names
    }
    for name, score in [*scores.items(), ("all", sum(scores.values(), Score()))]:
        if score.count:
            yield (
                name,
                f"{score.count:,}",
                *(f"{score.classes[one]:,}" if score.classes[one] else "" for one in CLASSES),
                *(
                    f"{share(right, score.count):.3f}"
                    for right in (score.right_class, score.right_cause, score.right_outvoted)
                ),
            )


def show(console: Console, tallies: Sequence[Tally]) -> None:
    table = Table(*HEADER, title="What the disagreements were called")
    for column in table.columns[1:]:
        column.justify = "right"
    for row in rows(tallies):
        table.add_row(*row)
    console.print(table)
    for done in tallies:
        for name, key, answer, said in done.wrong:
            wanted = f"{answer.class_}, {'/'.join(map(str, answer.causes))}, {answer.outvoted}"
            console.print(
                f"seed {done.seed}: {name} in {key[0]} {key[1]} {key[2]}: "
                f"{', '.join(map(str, said))} instead of {wanted}"
            )
        for key, class_, cause in done.alarms:
            console.print(
                f"seed {done.seed}: false alarm in {key[0]} {key[1]} {key[2]}: {class_}, {cause}"
            )
        console.print(f"seed {done.seed}: {in_words(done)}")


def write_page(page: Path, tallies: Sequence[Tally]) -> None:
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    lines = [f"| {' | '.join(HEADER)} |", "|---|" + "---:|" * (len(HEADER) - 1)]
    lines += [f"| {' | '.join(row)} |" for row in rows(tallies)]
    lines += ["", *(f"- seed {done.seed}: {in_words(done)}" for done in tallies)]
    text = "\n".join(lines)
    page.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")
