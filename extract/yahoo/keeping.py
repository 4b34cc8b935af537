"""Cookie and crumb from run to run, so that a run whose quotes need them asks for neither."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from warehouse import clock
from warehouse.folder import write_whole

# Yahoo's own last for a year; one that it does not take any more costs a call and is renewed.
FRESH = timedelta(hours=12)


@dataclass(frozen=True)
class Kept:
    """An anonymous session with Yahoo; it speaks for no account."""

    host: str
    crumb: str
    cookies: Mapping[str, str]
    kept_at: str


def keep(path: Path, base_url: str, crumb: str, cookies: Mapping[str, str]) -> None:
    now = clock.system_now().isoformat()
    kept = Kept(str(urlsplit(base_url).hostname), crumb, dict(cookies), now)
    write_whole(path, json.dumps(asdict(kept)) + "\n", mode=0o600)


def kept(path: Path, base_url: str) -> Kept | None:
    """Nothing when there is none for this host, or it is old, or not readable."""
    try:
        found = Kept(**json.loads(path.read_text(encoding="utf-8")))
        age = clock.system_now() - datetime.fromisoformat(found.kept_at)
        known = isinstance(found.crumb, str) and dict(found.cookies) == found.cookies
    except (OSError, ValueError, TypeError):
        return None
    fits = known and found.host == urlsplit(base_url).hostname
    return found if fits and timedelta() <= age < FRESH else None


def forget(path: Path) -> None:
    path.unlink(missing_ok=True)
