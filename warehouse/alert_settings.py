"""Settings of alerts: which rules hold, when to be quiet, and who is told."""

from __future__ import annotations

from datetime import time
from typing import Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, field_validator, model_validator

from warehouse.provider_settings import Section

Level = Literal["info", "warning", "error", "critical"]
LEVELS: tuple[Level, ...] = ("info", "warning", "error", "critical")
Interval = Literal["1m", "5m", "15m", "1h", "1d"]


class Rule(Section):
    enabled: bool = True
    level: Level = "warning"


class StepFailed(Rule):
    """The newest run of a step failed or was killed."""

    level: Level = "error"


class UnitsFailed(Rule):
    """So large a share of what a run asked for did not come."""

    share: float = Field(default=0.5, gt=0, le=1)


class Stale(Rule):
    """The venue was open so long since the newest bar should have been there."""

    level: Level = "error"
    minutes: float = Field(default=60.0, ge=0, le=100_000)
    intervals: list[Interval] = Field(default=["1m", "1h", "1d"])
    # Of so large a share of a calendar's instruments; 1 is all of them: nothing comes any more.
    share: float = Field(default=1.0, gt=0, le=1)


class Incomplete(Rule):
    """Of the newest session that is over, less than this is held or excused."""

    share: float = Field(default=0.98, ge=0, le=1)


class Quality(Rule):
    """A quality rule whose findings are grave found something."""


class Restated(Rule):
    """A bar that had settled was changed by more than this, relative."""

    change: float = Field(default=0.0, ge=0, le=10)


class BudgetSpent(Rule):
    """So large a share of a provider's day is used, or its circuit is open."""

    share: float = Field(default=0.9, gt=0, le=1)


class DiskLow(Rule):
    level: Level = "critical"
    free_mb: int = Field(default=2048, ge=0)


class WriterStuck(Rule):
    """The writer's lock is held for longer than this."""

    level: Level = "error"
    minutes: float = Field(default=60.0, ge=0, le=100_000)


class RulesSection(Section):
    step_failed: StepFailed = StepFailed()
    units_failed: UnitsFailed = UnitsFailed()
    stale: Stale = Stale()
    incomplete: Incomplete = Incomplete()
    restated: Restated = Restated()
    quality: Quality = Quality()
    budget_spent: BudgetSpent = BudgetSpent()
    disk_low: DiskLow = DiskLow()
    writer_stuck: WriterStuck = WriterStuck()


class QuietSection(Section):
    """Hours of the day in which only what is critical is told; equal ends are none."""

    starts: time = time(0)
    ends: time = time(0)
    zone: str = "UTC"

    @field_validator("zone")
    @classmethod
    def known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ValueError, OSError, KeyError):
            raise ValueError("no such time zone; write it like Europe/Berlin") from None
        return value


class Channel(Section):
    least_level: Level = "info"


class WebhookSettings(Channel):
    """An address that takes a POST; it is a secret, for its path is often all that guards it."""

    url: SecretStr = SecretStr("")
    # To other hosts than this machine, http is refused unless a person allows it.
    allow_http: bool = False

    @property
    def is_set(self) -> bool:
        return bool(self.url.get_secret_value())

    @field_validator("url")
    @classmethod
    def plain_web_address(cls, value: SecretStr) -> SecretStr:
        parts = urlsplit(value.get_secret_value())
        if value.get_secret_value() and (
            parts.scheme not in ("http", "https") or not parts.hostname
        ):
            raise ValueError("must begin with http:// or https:// and name a host")
        if parts.username or parts.password:
            raise ValueError("must hold no user name or password")
        return value


class MailSettings(Channel):
    """A mail server; user and password stand in the environment or `.env` alone."""

    host: str = ""
    port: int = Field(default=587, ge=1, le=65_535)
    # offered: STARTTLS where the server has it; required: or not at all; implicit: from the start.
    tls: Literal["offered", "required", "implicit"] = "offered"
    sender: str = ""
    to: list[str] = Field(default=[])

    @property
    def is_set(self) -> bool:
        return bool(self.host)

    @model_validator(mode="after")
    def complete(self) -> Self:
        if self.host and not (self.sender and self.to):
            raise ValueError("needs sender and to beside host")
        return self


class AlertsSection(Section):
    reminder_hours: float = Field(default=24.0, gt=0, le=10_000)
    timeout_seconds: float = Field(default=10.0, gt=0, le=120)
    rules: RulesSection = RulesSection()
    quiet: QuietSection = QuietSection()
    webhook: WebhookSettings = WebhookSettings()
    slack: WebhookSettings = WebhookSettings()
    mail: MailSettings = MailSettings()

    @property
    def channels(self) -> list[str]:
        return [name for name in ("webhook", "slack", "mail") if getattr(self, name).is_set]

    def secrets(self) -> list[str]:
        """Addresses and what of them guards a channel, to be hidden wherever they turn up."""
        found = []
        for hook in (self.webhook, self.slack):
            address = hook.url.get_secret_value()
            _, _, guarded = address.partition(urlsplit(address).netloc or "//")
            # A short path guards nothing, and would be hidden in our own names too.
            found += [one for one in (address, guarded) if len(one) >= 16]
        return found
