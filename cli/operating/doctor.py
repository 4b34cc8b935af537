"""`tapehouse doctor`: whether all is well, and how to mend what is not."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import Config, Json
from cli.trace.rows import echo_json
from cli.watch import console
from flows.doctor.examination import examine, exit_code
from warehouse.logs import one_line, redact

COLOURS = {"ok": "green", "warn": "yellow", "bad": "red", "not checked": "dim"}


def register(app: typer.Typer) -> None:
    @app.command("doctor")
    def doctor_command(
        offline: Annotated[bool, typer.Option("--offline", help="Ask no other machine.")] = False,
        deep: Annotated[bool, typer.Option("--deep", help="Read every landing file.")] = False,
        as_json: Json = False,
        config: Config = None,
    ) -> int:
        """Look at machine, programs, settings and data; changes nothing, says how to mend.

        Exits with 1 when something is found, with 78 when the settings are wrong.

        Example: `tapehouse doctor` or `tapehouse doctor --offline --json`
        """
        found = examine(config, not offline, deep)
        code = exit_code(found)
        if as_json:
            echo_json({"exit_code": code, "findings": found})
            return code
        for one in found:
            mark = "-" if one.state == "not checked" else one.state
            console.print(f"{mark:<5}", style=COLOURS[one.state], end="")
            said = one_line(redact(f"{one.name}: {one.said}"))
            console.print(said, markup=False, soft_wrap=True)
            if one.mend:
                console.print(one_line(f"     mend: {one.mend}"), markup=False, soft_wrap=True)
        wrong = sum(one.is_finding for one in found)
        console.print(f"{wrong} thing{'s' * (wrong != 1)} to mend" if wrong else "all is well")
        return code
