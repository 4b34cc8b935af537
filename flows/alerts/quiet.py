"""Quiet hours: what is not critical waits and is told after them as one digest."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from flows.alerts.memory import Memory
from flows.alerts.messages import Message, digest
from warehouse.alert_settings import LEVELS, AlertsSection, Channel, QuietSection

# A channel that was away for long is told of more than this at once.
MOST_WAITING = 100


def is_quiet(section: QuietSection, at: datetime) -> bool:
    """By the clock of the zone, so its summer time counts; the end is not quiet any more."""
    here = at.replace(tzinfo=UTC).astimezone(ZoneInfo(section.zone)).time()
    if section.starts <= section.ends:
        return section.starts <= here < section.ends
    return here >= section.starts or here < section.ends


def route(memory: Memory, section: AlertsSection, news: list[Message], at: datetime) -> None:
    """Put each message where it waits: for the end of the quiet hours or for its channels."""
    quiet = is_quiet(section.quiet, at)
    if quiet:
        memory.held += [one for one in news if one.level != "critical"]
        news = [one for one in news if one.level == "critical"]
    held = [] if quiet else memory.held
    memory.outbox = {name: memory.outbox.get(name, []) for name in section.channels}
    memory.trouble = {
        name: said for name, said in memory.trouble.items() if name in section.channels
    }
    for name, waiting in memory.outbox.items():
        channel: Channel = getattr(section, name)
        least = LEVELS.index(channel.least_level)
        if waited := [one for one in held if LEVELS.index(one.level) >= least]:
            waiting.append(digest(waited, "from the quiet hours", at))
        waiting += [one for one in news if LEVELS.index(one.level) >= least]
        if len(waiting) > MOST_WAITING:
            waiting[:] = [digest(waiting, "that could not be sent before", at)]
    if not quiet:
        memory.held = []
