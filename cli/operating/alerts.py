"""`tapehouse alerts`: the rules, what they find now, and who would be told what."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.markup import escape

from cli.options import Config, Json, Verbose, begin
from cli.trace.rows import echo_json
from cli.watch import console, new_table
from flows.alerts import channels, evaluation
from flows.alerts.evaluation import RULES, Judged
from flows.alerts.memory import Memory
from flows.alerts.messages import Message, clean
from warehouse import errors
from warehouse.settings import Settings


def register(app: typer.Typer) -> None:
    group = typer.Typer(
        help="Rules, findings, channels: `tapehouse alerts`, `tapehouse alerts --send`.",
        invoke_without_command=True,
    )
    app.add_typer(group, name="alerts")
    group.callback()(alerts)
    group.command("test")(send_test)


def alerts(
    context: typer.Context,
    send: Annotated[bool, typer.Option("--send", help="Judge now, and tell the channels.")] = False,
    as_json: Json = False,
    config: Config = None,
    verbose: Verbose = False,
) -> None:
    """Show each rule with what it finds now, the channels, and what would be sent.

    Example: `tapehouse alerts` or `tapehouse alerts --send` from cron
    """
    if context.invoked_subcommand:
        return
    settings = begin(config, verbose)
    if send:
        sent(evaluation.tell(settings), settings)
        return
    found, memory, news = evaluation.pending(settings)
    if as_json:
        echo_json(_told(settings, found, memory, news))
        return
    console.print(_rules(settings, found))
    console.print(_channels(settings, memory))
    if memory.held:
        console.print(f"{len(memory.held)} messages wait for the end of the quiet hours")
    console.print("would be sent now:" if news else "nothing new to tell")
    for one in news:
        console.print(f"  {one.level}: {one.title}", markup=False, soft_wrap=True)


def send_test(config: Config = None, verbose: Verbose = False) -> int:
    """Send a test message to every channel; exits with 1 when one did not take it.

    Example: `tapehouse alerts test`
    """
    settings = begin(config, verbose)
    answers = evaluation.try_channels(settings)
    for name, said in answers.items():
        console.print(f"{name:<8} {said or 'taken'}", markup=False, soft_wrap=True)
    return errors.NO if any(answers.values()) else errors.DONE


def sent(memory: Memory, settings: Settings) -> None:
    if not settings.alerts.channels:
        console.print("no channel is set; docs/alerts.md tells how")
    for name in settings.alerts.channels:
        said = memory.trouble.get(name)
        waiting = len(memory.outbox[name])
        line = f"not taken, {waiting} wait: {said}" if said else "nothing waits"
        console.print(f"{name:<8} {line}", markup=False, soft_wrap=True)
    console.print(f"{len(memory.open)} things are wrong now")
    for one in memory.open.values():
        console.print(f"  {one.level}: {clean(one.title)}", markup=False, soft_wrap=True)


def _rules(settings: Settings, found: Judged) -> Any:
    table = new_table(("rule", "level", "when", "now"), title="Rules", unbroken=("rule",))
    for name in RULES:
        rule = getattr(settings.alerts.rules, name)
        titles = [clean(one.title) for one in found.findings if one.rule == name]
        now = "; ".join(titles) or found.unjudged.get(name, "") or "well"
        limits = rule.model_dump(exclude={"enabled", "level"})
        when = ", ".join(f"{key} {_short(value)}" for key, value in limits.items())
        table.add_row(name, rule.level, when, escape(now) if rule.enabled else "off")
    return table


def _channels(settings: Settings, memory: Memory) -> Any:
    table = new_table(("channel", "leads to", "from", "waiting", "trouble"), ("waiting",))
    for name in settings.alerts.channels:
        waiting = str(len(memory.outbox.get(name, [])))
        leads_to = channels.shown(settings.alerts, name)
        least = getattr(settings.alerts, name).least_level
        table.add_row(name, escape(leads_to), least, waiting, escape(memory.trouble.get(name, "")))
    return table if settings.alerts.channels else "no channel is set; docs/alerts.md tells how"


def _short(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else f"{value:g}"


def _told(settings: Settings, found: Judged, memory: Memory, news: list[Message]) -> dict[str, Any]:
    return {
        "findings": found.findings,
        "unjudged": found.unjudged,
        "open": memory.open,
        "channels": {
            name: {
                "leads_to": channels.shown(settings.alerts, name),
                "waiting": len(memory.outbox[name]),
                "trouble": memory.trouble.get(name),
            }
            for name in settings.alerts.channels
        },
        "would_be_sent": [one.fields() for one in news],
    }
