"""Whether a provider may be asked at all; a ban with a known end is remembered across runs."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

from extract.outcomes import STOPS_PROVIDER, FetchFailed, Outcome
from warehouse import clock
from warehouse.folder import write_whole


class Circuit:
    """Open after a refusal: no call is made until it ends, or for the rest of this run.

    Bans run in the provider's real time, so this lives by the machine's clock even in a sandbox.
    """

    def __init__(self, memory: Path | None = None) -> None:
        self.memory = memory
        self.outcome: Outcome | None = None
        self.detail = ""
        self.until_at: datetime | None = None
        self._for_this_run = False
        self._recall()

    @property
    def open(self) -> bool:
        if self.outcome is None:
            return False
        return self._for_this_run or self.until_at is None or clock.system_now() < self.until_at

    def trip(self, failed: FetchFailed, seconds: float | None) -> None:
        self.outcome, self.detail = failed.outcome, failed.detail
        self._for_this_run = failed.outcome in STOPS_PROVIDER
        self.until_at = None
        if seconds is not None:
            self.until_at = clock.system_now() + timedelta(seconds=seconds)
        if failed.retry_after is not None and self.until_at is not None:
            self._remember()

    def refusal(self, provider: str) -> FetchFailed:
        """What a unit ends with while the circuit is open."""
        until = "for the rest of this run"
        if self.until_at is not None:
            until = f"until {self.until_at:%Y-%m-%d %H:%M:%S} UTC"
        return FetchFailed(
            self.outcome or Outcome.UNAVAILABLE,
            f"{provider} is not asked {until}: {self.detail}",
            final=True,
        )

    def _remember(self) -> None:
        if self.memory is None or self.outcome is None or self.until_at is None:
            return
        self.memory.parent.mkdir(parents=True, exist_ok=True)
        ban = {
            "outcome": self.outcome,
            "detail": self.detail,
            "until_at": self.until_at.isoformat(),
        }
        write_whole(self.memory, json.dumps(ban) + "\n")

    def _recall(self) -> None:
        if self.memory is None or not self.memory.exists():
            return
        try:
            ban = json.loads(self.memory.read_text(encoding="utf-8"))
            until_at = datetime.fromisoformat(ban["until_at"])
            outcome, detail = Outcome(ban["outcome"]), str(ban["detail"])
        except (OSError, ValueError, KeyError, TypeError):
            return
        if clock.system_now() < until_at:
            self.outcome, self.detail, self.until_at = outcome, detail, until_at
