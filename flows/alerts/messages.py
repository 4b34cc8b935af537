"""Messages, and what each kind of channel is given of them: text of others stays text there."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from email.message import EmailMessage
from html import escape
from typing import Any, Literal

from extract.edge.redaction import redact
from warehouse.alert_settings import LEVELS, Level
from warehouse.logs import one_line

Kind = Literal["alert", "reminder", "over", "digest", "test"]
LINE_LENGTH = 400
# What Slack takes of a header and of one block of text.
SLACK_HEADER = 150
SLACK_TEXT = 2900
WORDS: dict[Kind, str] = {
    "alert": "", "reminder": "still: ", "over": "over: ", "digest": "", "test": "",
}  # fmt: skip


@dataclass(frozen=True)
class Message:
    """One thing to tell; its id is the same however often it has to be sent."""

    id: str
    kind: Kind
    level: Level
    rule: str
    subject: str
    title: str
    lines: tuple[str, ...]
    at: str
    origin: str

    @classmethod
    def new(
        cls,
        kind: Kind,
        level: Level,
        rule: str,
        subject: str,
        title: str,
        lines: Sequence[str],
        at: datetime,
        origin: str,
    ) -> Message:
        told = f"{at:%Y-%m-%dT%H:%M:%SZ}"
        name = hashlib.sha256("\n".join([kind, rule, subject, title, told]).encode()).hexdigest()
        texts = [clean(line) for line in lines]
        title = clean(WORDS[kind] + title)
        return cls(name[:20], kind, level, rule, clean(subject), title, (*texts,), told, origin)

    @classmethod
    def of(cls, fields: dict[str, Any]) -> Message:
        return cls(**{**fields, "lines": tuple(fields["lines"])})

    def fields(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def headline(self) -> str:
        sandbox = " (sandbox)" if self.origin == "sandbox" else ""
        return f"Tapehouse{sandbox} {self.level}: {self.title}"


def clean(text: str) -> str:
    """One line, without secrets, and not endless."""
    found = one_line(redact(text))
    return found if len(found) <= LINE_LENGTH else found[: LINE_LENGTH - 3] + "..."


def digest(messages: Sequence[Message], why: str, at: datetime) -> Message:
    """Many messages as one; the gravest level is that of all."""
    level = max((one.level for one in messages), key=LEVELS.index)
    lines = [
        line
        for one in messages
        for line in (one.lines if one.kind == "digest" else [f"{one.at} {one.level}: {one.title}"])
    ]
    title = f"{len(lines)} message{'s' * (len(lines) > 1)} {why}"
    origin = messages[-1].origin
    return Message.new("digest", level, "digest", "messages", title, lines, at, origin)


def as_json(message: Message) -> dict[str, Any]:
    """What a webhook of one's own is given."""
    told = message.fields() | {"source": "tapehouse", "lines": list(message.lines)}
    return told | {"text": "\n".join([message.headline, *message.lines])}


def as_slack(message: Message) -> dict[str, Any]:
    """Blocks for Slack, and the same as text for those that only read that."""
    title, body = slack_text(message.headline), slack_text("\n".join(message.lines))
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": _cut(title, SLACK_HEADER)}}
    ]
    if body:
        section = {"type": "mrkdwn", "text": _cut(body, SLACK_TEXT), "verbatim": True}
        blocks.append({"type": "section", "text": section})
    foot = f"{message.rule} | {message.at}"
    blocks.append({"type": "context", "elements": [{"type": "plain_text", "text": foot}]})
    text = _cut("\n".join([title, body]) if body else title, SLACK_TEXT)
    return {"text": text, "blocks": blocks, "unfurl_links": False, "unfurl_media": False}


def slack_text(text: str) -> str:
    """No mention of everybody, no link and no markup comes of it, nor of programs like Slack."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    for mark in ("@", "://", "*", "_", "~", "`"):
        text = text.replace(mark, f"{mark[0]}\u200b{mark[1:]}")
    return text


def as_mail(message: Message, sender: str, to: Sequence[str]) -> EmailMessage:
    mail = EmailMessage()
    mail["Subject"] = message.headline
    mail["From"] = sender
    mail["To"] = ", ".join(to)
    # The same name each time it has to be sent: a reader's program shows it once.
    mail["Message-ID"] = f"<{message.id}@tapehouse.invalid>"
    mail["Auto-Submitted"] = "auto-generated"
    foot = f"{message.rule} | {message.at}"
    mail.set_content("\n".join([message.headline, "", *message.lines, "", foot, ""]))
    items = "".join(f"<li>{escape(line)}</li>" for line in message.lines)
    mail.add_alternative(
        f"<p><b>{escape(message.headline)}</b></p><ul>{items}</ul><p>{escape(foot)}</p>",
        subtype="html",
    )
    return mail


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 3] + "..."
