"""The rule about providers' budgets: a day that is nearly used up, a circuit that is open."""

from __future__ import annotations

from extract.budgets.usage import Usage, usage
from flows.alerts.findings import Finding, View
from flows.origin import at_its_source


def budget_spent(view: View) -> list[Finding]:
    rule = view.settings.alerts.rules.budget_spent
    found: dict[str, Finding] = {}
    for one in usage(at_its_source(view.settings)):
        for subject, title, line, mark in (*_circuit(one), *_day(one, rule.share)):
            lines = (line,) if line else ()
            found[subject] = Finding("budget_spent", subject, rule.level, title, lines, mark)
    return list(found.values())


def _circuit(one: Usage) -> list[tuple[str, str, str, str]]:
    """Half-open is as good as closed: the next call decides."""
    circuit = one.circuit
    if circuit.name != "open" or circuit.until_at is None:
        return []
    title = f"{one.provider} is left alone until {circuit.until_at:%Y-%m-%d %H:%M} UTC"
    outcome, _, _ = circuit.why.partition(":")
    return [(f"{one.provider} circuit", title, circuit.why, outcome)]


def _day(one: Usage, share: float) -> list[tuple[str, str, str, str]]:
    if "day" not in one.window or not one.allowed or one.used < share * one.allowed:
        return []
    title = f"{one.provider} has used {one.used:,} of {one.allowed:,} {one.words}"
    line = f"the next call is free at {one.free_at:%Y-%m-%d %H:%M} UTC" if one.free_at else ""
    return [(f"{one.provider} day", title, line, "")]
