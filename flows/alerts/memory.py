"""What was told of what is wrong: so nothing is told twice, and its end is told too."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flows.alerts.findings import Finding
from flows.alerts.messages import Kind, Message
from warehouse import database, logs
from warehouse.alert_settings import Level
from warehouse.folder import DataFolder, write_whole

log = logs.get(__name__)
VERSION = 1


@dataclass
class Open:
    """Something that is wrong, as it was told last."""

    rule: str
    subject: str
    level: Level
    title: str
    fingerprint: str
    since: str
    told_at: str


@dataclass
class Memory:
    """Marks of the rules, what is open, what waits for the morning, and what is not sent yet."""

    marks: dict[str, int] = field(default_factory=dict)
    open: dict[str, Open] = field(default_factory=dict)
    held: list[Message] = field(default_factory=list)
    outbox: dict[str, list[Message]] = field(default_factory=dict)
    trouble: dict[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path) -> Memory:
        """A file that is no good is set aside: better told twice than never."""
        try:
            return cls._of(json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return cls()
        except (ValueError, KeyError, TypeError, AttributeError):
            aside = database.set_aside(path)
            log.warning("the memory of alerts is damaged and begun anew", aside=aside.name)
            return cls()

    @classmethod
    def _of(cls, told: dict[str, Any]) -> Memory:
        if told["version"] != VERSION:
            raise ValueError("of another release")
        return cls(
            marks=dict(told["marks"]),
            open={key: Open(**one) for key, one in told["open"].items()},
            held=[Message.of(one) for one in told["held"]],
            outbox={
                name: [Message.of(one) for one in waiting]
                for name, waiting in told["outbox"].items()
            },
            trouble=dict(told["trouble"]),
        )

    def save(self, path: Path) -> None:
        told = {
            "version": VERSION,
            "marks": self.marks,
            "open": {key: asdict(one) for key, one in self.open.items()},
            "held": [one.fields() for one in self.held],
            "outbox": {
                name: [one.fields() for one in waiting] for name, waiting in self.outbox.items()
            },
            "trouble": self.trouble,
        }
        write_whole(path, json.dumps(told, indent=1) + "\n", mode=0o600)

    def news(
        self,
        findings: Sequence[Finding],
        judged: Collection[str],
        at: datetime,
        reminder: timedelta,
        origin: str,
    ) -> list[Message]:
        """What is to be told now; a rule that could not be judged leaves its own as they were."""
        told = []
        now = {one.key: one for one in findings if not one.is_event}
        for one in findings:
            # The end of what is open is told below; an event of the same is no news beside it.
            if one.is_event and one.key not in self.open and one.key not in now:
                told.append(_message("alert", one, at, origin))
        for key, one in now.items():
            if kind := self._kind(key, one, at, reminder):
                told.append(_message(kind, one, at, origin))
                since = self.open[key].since if key in self.open else at.isoformat()
                self.open[key] = Open(
                    one.rule, one.subject, one.level, one.title, one.fingerprint,
                    since, at.isoformat(),
                )  # fmt: skip
        for key in [key for key in self.open if key not in now]:
            over = self.open[key]
            if over.rule in judged:
                del self.open[key]
                told.append(_over(over, at, origin))
        return told

    def forget(self, enabled: Collection[str]) -> None:
        """What a rule had told goes when a person switches the rule off."""
        self.open = {key: one for key, one in self.open.items() if one.rule in enabled}
        self.marks = {rule: mark for rule, mark in self.marks.items() if rule in enabled}

    def _kind(self, key: str, one: Finding, at: datetime, reminder: timedelta) -> Kind | None:
        known = self.open.get(key)
        if known is None or (known.fingerprint, known.level) != (one.fingerprint, one.level):
            return "alert"
        return "reminder" if at - datetime.fromisoformat(known.told_at) >= reminder else None


def path_of(folder: DataFolder) -> Path:
    return folder.state / "alerts.json"


def _message(kind: Kind, one: Finding, at: datetime, origin: str) -> Message:
    return Message.new(kind, one.level, one.rule, one.subject, one.title, one.lines, at, origin)


def _over(one: Open, at: datetime, origin: str) -> Message:
    minutes = (at - datetime.fromisoformat(one.since)).total_seconds() / 60
    line = f"it was so for {minutes:,.0f} minutes, from {one.since[:16].replace('T', ' ')} UTC"
    return Message.new("over", one.level, one.rule, one.subject, one.title, [line], at, origin)
