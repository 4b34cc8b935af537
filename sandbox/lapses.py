"""What a provider gets wrong for a while: holes, outages, splits half told, bars restated later."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from sandbox.listings import Listing

EVERYONE = "*"
EVERY_INTERVAL = "*"
FOREVER = 1 << 40
DAY = 86_400
DATE_LENGTH = len("2026-03-09")
SAME_INTERVAL = {"60m": "1h"}

Row = Mapping[str, str]
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Hole:
    """Bars opened from `start` up to `until` that are kept back until `healed_at`, in seconds."""

    start: int
    until: int
    interval: str
    healed_at: int
    as_null: bool


@dataclass(frozen=True, slots=True)
class Outage:
    start: datetime
    until: datetime
    status: int


@dataclass(frozen=True, slots=True)
class SplitLag:
    """Until an instant a split's event is listed without its prices, or the other way round."""

    ex_date: date
    until: int
    lagging: str


@dataclass(frozen=True, slots=True)
class Restatement:
    """Bars opened from `start` up to `before` that are served wrong until an instant."""

    start: int
    before: int
    interval: str
    until: int
    close_factor: float
    volume_factor: float


def naive_utc(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at


def _seconds(text: str) -> int:
    return int(naive_utc(text).replace(tzinfo=UTC).timestamp())


def _hole(row: Row) -> Hole:
    interval, healed_at, *shape = row["value"].split()
    if shape not in ([], ["null"]):
        raise ValueError(f"a hole is absent or `null`, not {shape}")
    return Hole(
        _seconds(row["on"]),
        _seconds(row["until"]),
        SAME_INTERVAL.get(interval, interval),
        FOREVER if healed_at == "never" else _seconds(healed_at),
        bool(shape),
    )


def _split_lag(row: Row) -> SplitLag:
    if row["value"] not in ("prices", "event"):
        raise ValueError(f"of a split the prices or the event can lag, not {row['value']!r}")
    return SplitLag(date.fromisoformat(row["on"]), _seconds(row["until"]), row["value"])


def _restated(row: Row) -> Restatement:
    """`on` is a date, for all its bars, or the opening of a single one."""
    close, volume, *rest = row["value"].split()
    interval = SAME_INTERVAL.get(rest[0], rest[0]) if rest else "1d"
    on = row["on"][:DATE_LENGTH] if interval == "1d" else row["on"]
    start = _seconds(on)
    return Restatement(
        start,
        start + (DAY if len(on) == DATE_LENGTH else 1),
        interval,
        _seconds(row["until"]),
        float(close),
        float(volume),
    )


READERS: dict[str, Callable[[Row], Any]] = {
    "hole": _hole,
    "outage": lambda row: Outage(naive_utc(row["on"]), naive_utc(row["until"]), int(row["value"])),
    "split_lag": _split_lag,
    "restated": _restated,
}


class Lapses:
    def __init__(self, rows: Iterable[Row]) -> None:
        self._found: dict[tuple[type, str], list[Any]] = {}
        for row in rows:
            if row["kind"] not in READERS:
                raise ValueError(f"unknown kind of event: {row['kind']!r}")
            one = READERS[row["kind"]](row)
            self._found.setdefault((type(one), row["symbol"]), []).append(one)

    def _of(self, kind: type[Found], names: Iterable[str]) -> list[Found]:
        wanted = dict.fromkeys((*names, EVERYONE))
        return [one for name in wanted for one in self._found.get((kind, name), ())]

    def holes(self, listing: Listing, interval: str, now: int) -> list[Hole]:
        """The holes that an answer of this interval has at an instant in seconds."""
        interval = SAME_INTERVAL.get(interval, interval)
        return [
            hole
            for hole in self._of(Hole, listing.names)
            if hole.interval in (interval, EVERY_INTERVAL) and now < hole.healed_at
        ]

    def outage(self, symbols: Iterable[str], now: datetime) -> int | None:
        """The status that a request for these symbols fails with, if any."""
        for outage in self._of(Outage, symbols):
            if outage.start <= now < outage.until:
                return outage.status
        return None

    def lagging_splits(self, listing: Listing, lagging: str, now: int) -> set[date]:
        """Ex-dates whose prices (or event) the provider does not show yet."""
        return {
            lag.ex_date
            for lag in self._of(SplitLag, listing.names)
            if lag.lagging == lagging and now < lag.until
        }

    def restatements(self, listing: Listing, interval: str, now: int) -> list[Restatement]:
        interval = SAME_INTERVAL.get(interval, interval)
        return [
            one
            for one in self._of(Restatement, listing.names)
            if one.interval == interval and now < one.until
        ]
