"""Where a folder's data comes from: the real providers, or the sandbox exchange at its own hour."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from warehouse import clock, market_hours
from warehouse.errors import ConfigurationError
from warehouse.folder import DataFolder, write_whole
from warehouse.provider_settings import KEY_NAMES, ProviderSettings
from warehouse.settings import Settings

# The exchange takes any key, this one as one of a paid plan; a person's own ones never go there.
SANDBOX_KEY = "paid-for-in-the-sandbox"


@contextmanager
def market_source(settings: Settings, move_on: bool = True) -> Iterator[Settings]:
    """Settings to fetch with; in a sandbox folder an exchange runs for as long as the block."""
    folder = settings.folder
    folder.prepare("real" if folder.origin is None else None)
    if folder.origin != "sandbox":
        yield settings
        return
    if settings.sandbox.url:
        with _clock_of(settings.sandbox.url):
            yield pointed_at(settings, settings.sandbox.url)
        return
    from sandbox import Exchange

    now = sandbox_now(settings, move_on)
    with Exchange(seed=settings.sandbox.seed, now=now) as exchange:
        clock.use(exchange.now)
        try:
            yield pointed_at(settings, exchange.url)
        finally:
            clock.use(None)


@contextmanager
def folder_clock(settings: Settings) -> Iterator[Settings]:
    """Live at the folder's hour without an exchange: for steps that ask no provider."""
    if settings.folder.origin != "sandbox":
        yield settings
        return
    own = settings.model_copy()
    for name in KEY_NAMES:
        own.give_key(name, SANDBOX_KEY)
    if settings.sandbox.url:
        with _clock_of(settings.sandbox.url):
            yield own
        return
    now = sandbox_now(settings, move_on=False)
    clock.use(lambda: now)
    try:
        yield own
    finally:
        clock.use(None)


def pointed_at(settings: Settings, url: str) -> Settings:
    """The same settings, with every provider at a sandbox exchange, and by its plan."""
    copy = settings.model_copy(deep=True)
    for name in type(copy.providers).model_fields:
        provider: ProviderSettings = getattr(copy.providers, name)
        provider.base_url = f"{url}/{name}"
        if provider.archive_url:
            provider.archive_url = f"{url}/{name}_archive"
        if not settings.sandbox.real_plans:
            provider.plan, provider.pace_seconds, provider.live_units = "sandbox", None, 0
            provider.backoff_seconds = min(provider.backoff_seconds, 0.05)
            provider.max_wait_seconds = min(provider.max_wait_seconds, 5.0)
    for name in KEY_NAMES:
        copy.give_key(name, SANDBOX_KEY)
    return copy


def at_its_source(settings: Settings) -> Settings:
    """How the folder's providers would be asked, for those who only look."""
    if settings.folder.origin != "sandbox":
        return settings
    return pointed_at(settings, settings.sandbox.url or "http://127.0.0.1")


def sandbox_now(settings: Settings, move_on: bool) -> datetime:
    """The sandbox folder's hour; each run moves on a step and stays inside New York's session."""
    state = settings.folder.state / "sandbox.json"
    held = _held(settings.folder)
    if held is None:
        now = settings.sandbox.start.replace(tzinfo=None)
    elif move_on:
        now = held + timedelta(minutes=settings.sandbox.step_minutes)
        if market_hours.current("XNYS", now) is None:
            now = market_hours.upcoming("XNYS", now).opens_at + timedelta(minutes=30)
    else:
        now = held
    if held is None or move_on:
        state.parent.mkdir(parents=True, exist_ok=True)
        write_whole(state, json.dumps({"now": now.isoformat()}) + "\n")
    return now


def forget_hour(folder: DataFolder) -> None:
    """The folder's next run begins at the start that the settings name."""
    (folder.state / "sandbox.json").unlink(missing_ok=True)


def _held(folder: DataFolder) -> datetime | None:
    state = folder.state / "sandbox.json"
    try:
        return datetime.fromisoformat(json.loads(state.read_text())["now"])
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigurationError(f"{state} is damaged: {error}", "remove it") from error


@contextmanager
def _clock_of(url: str) -> Iterator[None]:
    """Live at the hour of an exchange that somebody else runs."""
    import requests

    def now() -> datetime:
        answer = requests.get(f"{url}/control/clock", timeout=10)
        return datetime.fromisoformat(answer.json()["now"])

    clock.use(now)
    try:
        yield
    finally:
        clock.use(None)
