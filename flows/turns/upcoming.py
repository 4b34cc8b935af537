"""When each schedule will have work next, as far as a calendar can tell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile

import requests

from flows.origin import folder_clock
from flows.server.api import Api
from flows.server.place import Place
from flows.turns.frames import Frame, frames
from flows.turns.taking import EVERY_MARKET, FLOWS, Turn
from warehouse import clock
from warehouse.settings import Settings

# No market is closed for so long.
LOOKS_AHEAD = timedelta(days=15)
QUICKLY = 5.0


@dataclass(frozen=True)
class Upcoming:
    frame: Frame
    is_paused: bool
    at: datetime | None

    @property
    def told(self) -> str:
        """In the market's own time, as its people tell it."""
        if self.is_paused or self.at is None:
            return "paused" if self.is_paused else "none in sight"
        return f"{self.frame.local(self.at):%a %Y-%m-%d %H:%M %Z}"


def upcoming(settings: Settings) -> list[Upcoming]:
    """Pauses are the server's, if it answers, else those of `prefect.yaml`."""
    paused = _paused_on_server(settings)
    return [
        Upcoming(
            frame,
            is_paused := paused.get(frame.full_name, frame.is_paused),
            None if is_paused else next_turn(settings, frame, clock.system_now()),
        )
        for frame in frames()
    ]


def next_turn(settings: Settings, frame: Frame, now: datetime) -> datetime | None:
    """The first slot with work; a sandbox's hour moves only with its runs."""
    turn = Turn(settings, frame.flow, frame.market or EVERY_MARKET)
    guard = FLOWS[frame.flow].guard
    is_sandbox = settings.folder.origin == "sandbox"
    with folder_clock(settings):
        for slot in takewhile(lambda slot: slot <= now + LOOKS_AHEAD, frame.slots(now)):
            if guard(turn, clock.now() if is_sandbox else slot).has_work:
                return slot
    return None


def _paused_on_server(settings: Settings) -> dict[str, bool]:
    place = Place.of(settings)
    if place.lock_pid() is None:
        return {}
    try:
        found = Api(place.api, QUICKLY).deployments()
    except requests.RequestException:
        return {}
    return {
        name: one["paused"] or not any(schedule["active"] for schedule in one["schedules"])
        for name, one in found.items()
    }
