"""Judging all rules, remembering what was told, and sending; no run fails because of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from flows.alerts import channels
from flows.alerts.addresses import NotDelivered
from flows.alerts.budget_rules import budget_spent
from flows.alerts.findings import Finding, Judge, NothingPublished, View
from flows.alerts.market_rules import incomplete, quality, restated, stale
from flows.alerts.memory import Memory, path_of
from flows.alerts.messages import Message
from flows.alerts.quiet import route
from flows.alerts.run_rules import disk_low, step_failed, units_failed, writer_stuck
from flows.origin import folder_clock
from warehouse import clock, logs
from warehouse.errors import ConfigurationError
from warehouse.lock import FileLock
from warehouse.settings import Settings

RULES: dict[str, Judge] = {
    "step_failed": step_failed,
    "units_failed": units_failed,
    "stale": stale,
    "incomplete": incomplete,
    "restated": restated,
    "quality": quality,
    "budget_spent": budget_spent,
    "disk_low": disk_low,
    "writer_stuck": writer_stuck,
}
WAIT_SECONDS = 30.0

log = logs.get(__name__)


@dataclass
class Judged:
    """What the rules found, which of them could be judged, and why the others could not."""

    findings: list[Finding] = field(default_factory=list)
    judged: list[str] = field(default_factory=list)
    unjudged: dict[str, str] = field(default_factory=dict)
    marks: dict[str, int] = field(default_factory=dict)


@contextmanager
def told_after(settings: Settings) -> Iterator[None]:
    """Judge when the block has ended, well or not; a person's stop waits for nothing."""
    try:
        yield
    except Exception:
        after_run(settings)
        raise
    after_run(settings)


def after_run(settings: Settings) -> None:
    """Called when a run has ended; whatever happens here is told in the logs alone."""
    if not settings.alerts.channels:
        return
    try:
        tell(settings)
    except Exception:
        log.exception("alerts could not be judged")


def enabled_rules(settings: Settings) -> list[str]:
    return [name for name in RULES if getattr(settings.alerts.rules, name).enabled]


def judge(settings: Settings, marks: dict[str, int]) -> Judged:
    """Every rule that is on; one that breaks does not keep the others from being judged."""
    found = Judged()
    with _view(settings, marks) as view:
        for name in enabled_rules(settings):
            try:
                found.findings += RULES[name](view)
                found.judged.append(name)
            except NothingPublished as error:
                found.unjudged[name] = error.message
            except Exception as error:
                found.unjudged[name] = logs.redact(f"{type(error).__name__}: {error}")
                log.warning("a rule could not be judged", rule=name, exc_info=True)
        found.marks = view.marks
    return found


@contextmanager
def _view(settings: Settings, marks: dict[str, int]) -> Iterator[View]:
    with folder_clock(settings) as own:
        view = View(own, dict(marks))
        try:
            yield view
        finally:
            view.close()


def recall(settings: Settings) -> Memory:
    return Memory.load(path_of(settings.folder))


def pending(settings: Settings) -> tuple[Judged, Memory, list[Message]]:
    """What would be sent now; the memory is changed, but not saved."""
    memory = recall(settings)
    found = judge(settings, memory.marks)
    memory.marks = found.marks
    memory.forget(enabled_rules(settings))
    origin = settings.folder.origin or "unused"
    reminder = timedelta(hours=settings.alerts.reminder_hours)
    now = clock.system_now()
    news = memory.news(found.findings, found.judged, now, reminder, origin)
    route(memory, settings.alerts, news, now)
    return found, memory, news


def tell(settings: Settings) -> Memory:
    """Judge, then send; what is to be sent is on record before the first word goes out."""
    path = path_of(settings.folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path.with_suffix(".lock"), "telling alerts").held(WAIT_SECONDS):
        _, memory, news = pending(settings)
        for one in news:
            log.warning(
                "alert", kind=one.kind, level_of_alert=one.level, rule=one.rule, title=one.title
            )
        memory.save(path)
        for name in settings.alerts.channels:
            _deliver(settings, memory, name)
    return memory


def _deliver(settings: Settings, memory: Memory, name: str) -> None:
    """In order; the first that is not taken ends it until the next time."""
    path = path_of(settings.folder)
    while waiting := memory.outbox[name]:
        try:
            channels.send(settings.alerts, name, waiting[0])
        except NotDelivered as error:
            log.warning("a message was not taken", channel=name, waiting=len(waiting), why=error)
            memory.trouble[name] = logs.one_line(logs.redact(error.message))
            memory.save(path)
            return
        waiting.pop(0)
        memory.trouble.pop(name, None)
        memory.save(path)


def try_channels(settings: Settings) -> dict[str, str]:
    """A message to every channel; what each said, empty where it took it."""
    if not settings.alerts.channels:
        raise ConfigurationError(
            "no channel is set", "set alerts.webhook.url, alerts.slack.url or alerts.mail"
        )
    found: dict[str, str] = {}
    lines = ["alerts come through here"]
    origin = settings.folder.origin or "unused"
    at = clock.system_now()
    message = Message.new("test", "info", "test", "channel", "a test message", lines, at, origin)
    for name in settings.alerts.channels:
        try:
            channels.send(settings.alerts, name, message)
            found[name] = ""
        except NotDelivered as error:
            found[name] = logs.one_line(logs.redact(error.message))
    return found
