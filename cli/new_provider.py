"""`tapehouse new-provider`: the skeleton of a source, its dialect and its tests, put into place."""

from __future__ import annotations

import keyword
import re
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Annotated

import typer

from cli.watch import console
from extract.providers import OTHER_NAMES, PROVIDERS
from extract.schemas import declared
from warehouse.errors import UsageError
from warehouse.settings import PROJECT

TEMPLATES = Path(__file__).with_name("scaffold")
NAME = re.compile(r"[a-z][a-z0-9_]{0,30}")
FILES = {
    "extract/${name}/__init__.py": "package.py",
    "extract/${name}/settings.py": "settings.py",
    "extract/${name}/answers.py": "answers.py",
    "extract/${name}/bars.py": "bars.py",
    "extract/${name}/due.py": "due.py",
    "extract/${name}/windows.py": "windows.py",
    "extract/${name}/README.md": "readme.md",
    "dbt_project/models/staging/${name}/_sources.yml": "sources.yml",
    "dbt_project/models/staging/${name}/stg_${name}__bars.sql": "bars.sql",
    "dbt_project/models/staging/${name}/stg_${name}__bars.yml": "bars.yml",
    "sandbox/${name}/__init__.py": "dialect.py",
    "tests/extract/cases/${name}.py": "case.py",
}
SEEDS = "dbt_project/seeds"


@dataclass(frozen=True)
class Line:
    """A piece of text that goes into a list, ahead of what `before` finds there."""

    path: str
    before: str
    text: str


LINES = (
    Line("extract/providers.py", r'^    "file_drop",', '    "${name}",\n'),
    Line("sandbox/dialects.py", r"^from sandbox\.", "from sandbox.${name} import ${class_name}\n"),
    Line("sandbox/dialects.py", r"^\)", "    ${class_name},\n"),
    Line(
        "warehouse/provider_settings.py",
        r"^class ProvidersSection",
        "class ${class_name}Settings(ProviderSettings):\n"
        '    base_url: str = "https://${name}.example"\n\n\n',
    ),
    Line(
        "warehouse/provider_settings.py",
        r"^    file_drop:",
        "    ${name}: ${class_name}Settings = ${class_name}Settings()\n",
    ),
    Line(
        "extract/budgets/plans.csv",
        r"\Z",
        "${name},public,address,,,,,,1,,,no limit is known; calls are a second apart\n"
        "${name},sandbox,address,,,,,,,,,an exchange of one's own is asked without waiting\n",
    ),
    Line(
        f"{SEEDS}/providers.csv",
        r"\Z",
        "${name},${title},${priority},as_traded,asked,,0,0,0,1440,60,false,"
        "docs/providers.md#${name},2000-01-01 00:00:00\n",
    ),
    Line(
        f"{SEEDS}/provider_reach.csv",
        r"\Z",
        "${name},1m,,stock|etf\n${name},1h,,stock|etf\n${name},1d,,stock|etf\n",
    ),
    Line(
        "dbt_project/models/intermediate/bars/int_bars_received.sql",
        r"^    \{\{ received_bars\(\n        ref\('stg_file_drop__bars'\)",
        "    {{ received_bars(ref('stg_${name}__bars'), 'opened_at', 'cast(opened_at as date)') }}"
        "\n\n    union all\n\n",
    ),
    Line(
        "dbt_project/tests/received_rows_are_landed_or_rejected.sql",
        r"^.*'stg_tapehouse__rejected_rows'",
        "        'stg_${name}__bars',\n",
    ),
    Line("dbt_project/macros/universe/present_symbols.sql", r"'file_drop'\]", "'${name}', "),
    Line(
        "tapehouse.example.toml",
        r"^\[providers\.file_drop\]",
        '[providers.${name}]\nenabled = true\nbase_url = "https://${name}.example"\n\n',
    ),
    Line(
        "docs/providers.md",
        r"^## file_drop",
        "## ${name}\n\n`extract/${name}/README.md`. A skeleton: plain JSON bars, as traded.\n\n",
    ),
)
NEXT = (
    "extract/${name}/settings.py, answers.py, bars.py: what the provider really says",
    "warehouse/provider_settings.py: its address; KEY_NAMES there, when it needs a key",
    "extract/budgets/plans.csv: its plans and their limits, its usual one first",
    f"{SEEDS}/providers.csv: priority, tolerances, settle times; provider_reach.csv: intervals",
    "`[sources]` in tapehouse.toml: what it is asked for; until then only by name (--provider)",
    "a row in the tables of docs/providers.md and docs/budgets.md; its name in docs/settings.md",
    "a column ${name}_symbol, when it writes symbols in its own way: universe.csv and wherever "
    "alpha_vantage_symbol stands, present_symbols.sql",
    ".venv/bin/pytest tests/extract/test_conformance.py -k ${name}",
)


def register(app: typer.Typer) -> None:
    app.command("new-provider")(new_provider)


def new_provider(
    name: Annotated[str, typer.Argument(help="Its name: small letters, digits and _.")],
) -> None:
    """Write the skeleton of a new source of bars and put it into the lists.

    What comes out passes the suite that every provider passes, against the sandbox exchange.

    Example: `tapehouse new-provider acme`
    """
    check(name)
    words = words_for(name)
    for path, template in FILES.items():
        target = PROJECT / Template(path).substitute(words)
        target.parent.mkdir(parents=True, exist_ok=True)
        text = (TEMPLATES / f"{template}.txt").read_text(encoding="utf-8")
        _write(target, Template(text).substitute(words))
        console.print(f"wrote {target.relative_to(PROJECT)}")
    for line in LINES:
        if put(line, words):
            console.print(f"a line in {line.path}")
        else:
            told = Template(f"left to you in {line.path}: {line.text}").substitute(words)
            console.print(told.strip(), markup=False, style="yellow", soft_wrap=True)
    console.print("next:")
    for step in NEXT:
        console.print(f"  {Template(step).substitute(words)}", markup=False, soft_wrap=True)


def check(name: str) -> None:
    """Refuse what exists, what Python cannot import, and names that tables could not be told by."""
    if not NAME.fullmatch(name) or keyword.iskeyword(name):
        raise UsageError(
            f"not a provider's name: {name!r}", "use small letters, digits and _, a letter first"
        )
    taken = [
        path
        for folder in ("extract", "sandbox")
        for path in (f"{folder}/{name}", f"{folder}/{name}.py")
        if (PROJECT / path).exists()
    ]
    taken += [one for one in (*PROVIDERS, *OTHER_NAMES) if one == name]
    taken += [table for table in declared() if table.startswith(f"{name}_")]
    taken += [one for one in PROVIDERS if name.startswith(f"{one}_")]
    if taken:
        raise UsageError(f"{name} is taken: {taken[0]} is there already", "choose another name")


def words_for(name: str) -> dict[str, str]:
    title = name.replace("_", " ").title()
    rows = (PROJECT / SEEDS / "providers.csv").read_text(encoding="utf-8").splitlines()[1:]
    return {
        "name": name,
        "title": title,
        "class_name": title.replace(" ", ""),
        "upper": name.upper(),
        "priority": str(max(int(row.split(",")[2]) for row in rows) + 1),
    }


def put(line: Line, words: dict[str, str]) -> bool:
    """Write it where it belongs; False when that place is not to be found."""
    path = PROJECT / line.path
    held = path.read_text(encoding="utf-8") if path.exists() else ""
    place = re.search(line.before, held, re.MULTILINE)
    if place is None:
        return False
    text = Template(line.text).substitute(words)
    _write(path, held[: place.start()] + text + held[place.start() :])
    return True


def _write(path: Path, text: str) -> None:
    path.write_text(_sorted_imports(text) if path.suffix == ".py" else text, encoding="utf-8")


def _sorted_imports(text: str) -> str:
    """Where the name stands in the alphabet decides where its imports stand."""
    lines = text.splitlines(keepends=True)
    for package in ("from extract.", "from sandbox."):
        places = [place for place, line in enumerate(lines) if line.startswith(package)]
        for place, line in zip(places, sorted(lines[one] for one in places), strict=True):
            lines[place] = line
    return "".join(lines)
