"""The demo: the whole way through against the sandbox exchange, in a folder that may hold it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from extract.plan import Choice
from flows.origin import forget_hour
from flows.run import Report, Watcher, run
from warehouse import dbt_runner
from warehouse.folder import DataFolder
from warehouse.settings import Settings

MENDED_LATER = ("ORCL", "MSFT")
DROPPED = """symbol,date,open,high,low,close,volume
ACME,2026-03-06,10.00,10.50,9.90,10.40,1000
ACME,2026-03-09,10.40,10.90,10.30,10.80,1200
ACME,2026-03-10,10.80,10.70,10.90,10.75,900
ACME,2026-03-10,10.80,11.00,10.60,10.95,900
ACME,2026-03-07,10.80,11.00,10.60,10.95,900
ACME,2026-03-05,ten,10.20,9.80,10.00,800
"""


def demo_settings(settings: Settings) -> Settings:
    """The default folder while it is empty or a sandbox already, else `sandbox/` inside it."""
    folder = settings.folder
    own = settings.model_copy(deep=True)
    if folder.origin == "real" or (folder.origin is None and folder.warehouse.exists()):
        own.data_dir = folder.root / "sandbox"
    return own


def demo(settings: Settings, watcher: Watcher | None = None) -> Report:
    """The first time also drops a file of bars, some good and some bad, and asks a day earlier too.

    What the market then holds back of one stock and gets wrong of another is mended by the run
    itself: a gap that heals and a number that is restated.
    """
    folder = settings.folder
    first = folder.origin is None
    folder.prepare("sandbox")
    if first:
        dbt_runner.parse_ahead(folder, settings.profile)
        drop_file(folder)
        if not settings.sandbox.url:
            earlier = _a_day_earlier(settings)
            asked = run(earlier, ("extract",), Choice(MENDED_LATER), watcher=watcher)
            if asked.errors:
                return asked
            forget_hour(folder)
    return run(settings, watcher=watcher)


def _a_day_earlier(settings: Settings) -> Settings:
    own = settings.model_copy(deep=True)
    own.sandbox.start -= timedelta(days=1)
    return own


def drop_file(folder: DataFolder) -> Path:
    path = folder.inbox / "acme.csv"
    path.write_text(DROPPED, encoding="utf-8")
    return path
