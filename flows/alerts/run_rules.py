"""Rules about runs and their machine: steps, units of work, the disk, the writer's lock."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator

from flows.alerts.findings import Finding, View
from warehouse import runs
from warehouse.lock import holder_of, writer_lock_path
from warehouse.runs import Step

# How many runs back a step is looked for that newer runs did not have.
LOOK_BACK = 50
BAD = ("failed", "killed")
UNITS = re.compile(r"(\d+) of (\d+) units failed")
NUMBER = re.compile(r"\d+")


def step_failed(view: View) -> list[Finding]:
    """What is wrong in the newest run of each step; and what went wrong unseen and is over."""
    level = view.settings.alerts.rules.step_failed.level
    latest = _latest(view)
    found = [
        Finding(
            "step_failed",
            name,
            level,
            f"{name} {_ended(step)} in run {step.run_id}",
            (step.error,) if step.error else (),
            NUMBER.sub("#", f"{step.outcome} {step.error}"),
        )
        for name, step in latest.items()
        if step.outcome in BAD
    ]
    for step in _unseen(view):
        now = latest.get(step.step)
        if now is not None and now.outcome not in BAD:
            title = f"{step.step} {_ended(step)} in run {step.run_id}, well again in {now.run_id}"
            lines = (step.error,) if step.error else ()
            found.append(Finding("step_failed", step.step, level, title, lines, is_event=True))
    return found


def units_failed(view: View) -> list[Finding]:
    rule = view.settings.alerts.rules.units_failed
    step = _latest(view).get("extract")
    counted = UNITS.fullmatch(step.error or "") if step and step.outcome == "ok" else None
    if step is None or counted is None:
        return []
    failed, units = int(counted[1]), int(counted[2])
    if failed < rule.share * units:
        return []
    title = f"{failed} of {units} units failed in run {step.run_id}"
    lines = ("the next run asks again; `requests` has each call, `tapehouse budget` the circuits",)
    return [Finding("units_failed", "extract", rule.level, title, lines)]


def disk_low(view: View) -> list[Finding]:
    rule = view.settings.alerts.rules.disk_low
    free_mb = shutil.disk_usage(view.folder.root).free // (1024 * 1024)
    if free_mb >= rule.free_mb:
        return []
    title = f"{free_mb:,} MB free on the disk of the data folder, less than {rule.free_mb:,}"
    lines = ("free some space; a run that meets a full disk loses nothing, but it stops",)
    return [Finding("disk_low", "data folder", rule.level, title, lines)]


def writer_stuck(view: View) -> list[Finding]:
    rule = view.settings.alerts.rules.writer_stuck
    holder = holder_of(writer_lock_path(view.folder.root))
    if holder is None:
        return []
    minutes = (view.machine_now - holder.since).total_seconds() / 60
    if minutes < rule.minutes:
        return []
    title = f"the writer's lock is held for {minutes:,.0f} minutes by process {holder.pid}"
    lines = (f"{holder.purpose}, since {holder.since:%Y-%m-%d %H:%M:%S} UTC",)
    subject, mark = "writer's lock", f"{holder.pid} {holder.since}"
    return [Finding("writer_stuck", subject, rule.level, title, lines, mark)]


def _latest(view: View) -> dict[str, Step]:
    """By its name, each step as it ended last; where nobody got to work is no ending."""
    found: dict[str, Step] = {}
    for run_id in reversed(runs.run_ids(view.folder)[-LOOK_BACK:]):
        for step in runs.steps(view.folder, run_id):
            if step.outcome not in (None, "busy", "skipped"):
                found.setdefault(step.step, step)
    return found


def _unseen(view: View) -> Iterator[Step]:
    """Bad steps of runs that ended since the last look; a killed run could not look itself."""
    known = runs.run_ids(view.folder)
    seen = view.marks.get("step_failed")
    for run_id in known if seen is None else [one for one in known if one > seen]:
        if runs.is_alive(view.folder, run_id):
            return
        view.marks["step_failed"] = run_id
        if seen is not None:
            yield from (one for one in runs.steps(view.folder, run_id) if one.outcome in BAD)


def _ended(step: Step) -> str:
    return "was killed" if step.outcome == "killed" else "failed"
