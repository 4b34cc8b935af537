"""Indicators brought up to date equal those made anew to the bit, whatever became of the bars."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import duckdb
import polars as pl
import pytest

from bench.indicators.scratch import DAILY, INDEX, INTRADAY, SHOWN, Scratch
from warehouse.errors import TapehouseError

SERIES = {DAILY: 320, INTRADAY: 60}
ROUNDS = {DAILY: 5, INTRADAY: 3}
# Sessions longer than any window looks back, so that sums since their open reach beyond it.
BARS_OF_SESSION = 200
FIRST = date(2019, 1, 1)
PRICES = ("open", "high", "low", "close")
MINUTES = ("--vars", "indicator_interval: 1m")


@dataclass
class Bar:
    """One day of one series."""

    prices: dict[str, Decimal]
    volume: Decimal | None
    known_seq: int
    is_partial: bool = False


@dataclass
class Made:
    """One series as a provider and time have made it so far."""

    drawn: random.Random
    level: float
    bars: dict[date, Bar] = field(default_factory=dict)
    split_at: int = 0

    def add(self, day: date, seq: int, is_partial: bool = False) -> None:
        self.level *= 1 + self.drawn.gauss(0, 0.02)
        self.bars[day] = Bar(*self._values(), seq, is_partial)

    def restate(self, day: date, seq: int) -> None:
        self.level *= 1 + self.drawn.gauss(0, 0.002)
        self.bars[day] = Bar(*self._values(), seq)

    def split(self, ratio: int, seq: int) -> None:
        """All bars so far are read on another basis; what was known of them stays."""
        for bar in self.bars.values():
            bar.prices = {name: round(price / ratio, 8) for name, price in bar.prices.items()}
            bar.volume = None if bar.volume is None else bar.volume * ratio
        self.level /= ratio
        self.split_at = seq

    def _values(self) -> tuple[dict[str, Decimal], Decimal | None]:
        opened = self.level * (1 + self.drawn.gauss(0, 0.004))
        values = {
            "open": opened,
            "high": max(opened, self.level) * (1 + abs(self.drawn.gauss(0, 0.004))),
            "low": min(opened, self.level) * (1 - abs(self.drawn.gauss(0, 0.004))),
            "close": self.level,
        }
        volume = self.drawn.choice((None, Decimal(0), *[Decimal(self.drawn.randint(1, 10**9))] * 8))
        digits = self.drawn.choice((2, 4, 8))
        return {name: round(Decimal(value), digits) for name, value in values.items()}, volume

    def live(self, seq: int) -> None:
        """What may happen between two builds; a forming bar is always read again."""
        days = sorted(self.bars)
        newest = days[-1] if days else FIRST
        if days and self.bars[newest].is_partial:
            self.drawn.choice((self._close, self.restate))(newest, seq)
        for event in self.drawn.sample(
            ("append", "late", "restate", "split", "nothing"), self.drawn.randint(1, 3)
        ):
            if event == "append":
                for _ in range(self.drawn.choice((1, 1, 2, 40))):
                    newest += timedelta(days=self.drawn.choice((1, 1, 1, 3)))
                    self.add(newest, seq)
                self.bars[newest].is_partial = self.drawn.random() < 0.3
            elif event == "late" and days:
                day = FIRST + timedelta(days=self.drawn.randrange((newest - FIRST).days + 1))
                if day not in self.bars:
                    self.add(day, seq)
            elif event == "restate" and days:
                self.restate(self.drawn.choice(days), seq)
            elif event == "split" and self.drawn.random() < 0.3:
                self.split(self.drawn.choice((2, 3, 10)), seq)

    def _close(self, day: date, seq: int) -> None:
        """Read again after its close, unchanged: no new version, so nothing became known."""
        self.bars[day].is_partial = False


def made(number: int) -> Made:
    drawn = random.Random(number)
    one = Made(drawn, drawn.choice((0.01, 20.0, 400.0, 90_000.0)))
    day = FIRST
    for _ in range(600 if number == 1 else drawn.choice((0, 1, 12, 13, 34, 70, 300, 420, 900))):
        day += timedelta(days=drawn.choice((1, 1, 1, 4)) if number > 1 else 1)
        one.add(day, 1)
    return one


def open_of(day: date) -> datetime:
    return datetime.combine(day, time(14, 30))


def minute_of(day: date) -> datetime:
    """The same history in minutes: a day of it is a minute of a session."""
    session, minute = divmod((day - FIRST).days, BARS_OF_SESSION)
    return open_of(FIRST + timedelta(days=session)) + timedelta(minutes=minute)


def put(scratch: Scratch, series: dict[int, Made]) -> None:
    columns: dict[str, list[object]] = {
        name: []
        for name in (
            "instrument_id", "session_date", "opened_at", *PRICES, "volume", "is_partial",
            "known_seq",
        )
    }  # fmt: skip
    at = minute_of if scratch.models is INTRADAY else open_of
    for number, one in series.items():
        for day, bar in one.bars.items():
            opened_at = at(day)
            for name, value in (
                ("instrument_id", number), ("session_date", opened_at.date()),
                ("opened_at", opened_at), *bar.prices.items(), ("volume", bar.volume),
                ("is_partial", bar.is_partial), ("known_seq", bar.known_seq),
            ):  # fmt: skip
                columns[name].append(value)
    types = {"volume": pl.Decimal(24, 8), **dict.fromkeys(PRICES, pl.Decimal(18, 8))}
    bars = pl.DataFrame(columns, schema_overrides=types)
    if scratch.models is INTRADAY:
        bars = bars.with_columns(interval=pl.lit("1m"))
    scratch.replace_bars(
        bars,
        {number: INDEX if number == 1 else f"S{number}" for number in series},
    )
    split = {number: one.split_at for number, one in series.items() if one.split_at}
    scratch.replace_splits(
        pl.DataFrame({"instrument_id": list(split), "known_seq": list(split.values())})
    )


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Scratch:
    return Scratch(tmp_path_factory.mktemp("series"))


def keep(scratch: Scratch, name: str) -> None:
    with duckdb.connect(str(scratch.path)) as connection:
        connection.execute(f"create or replace table {name} as from {scratch.models.table}")


@pytest.fixture(scope="module")
def minutes(tmp_path_factory: pytest.TempPathFactory) -> Scratch:
    return Scratch(tmp_path_factory.mktemp("minutes"), models=INTRADAY)


def test_updates_equal_rebuilds_bit_for_bit(scratch: Scratch) -> None:
    """Every cell of 320 histories, after each of five rounds of what may happen."""
    live_through(scratch)


def test_updates_of_minutes_equal_rebuilds_bit_for_bit(minutes: Scratch) -> None:
    """The same in long sessions, since whose open some sums run."""
    live_through(minutes, *MINUTES)


def live_through(scratch: Scratch, *arguments: str) -> None:
    table = scratch.models.table
    series = {number: made(number) for number in range(1, SERIES[scratch.models] + 1)}
    put(scratch, series)
    scratch.run(1, *arguments)
    for seq in range(2, ROUNDS[scratch.models] + 2):
        for one in series.values():
            if one.drawn.random() < 0.8:
                one.live(seq)
        put(scratch, series)
        scratch.run(seq, *arguments)
        keep(scratch, "updated")
        scratch.run(seq, "--full-refresh", *arguments)
        assert scratch.table("select count(*) as n from updated")["n"][0] == sum(
            len(one.bars) for one in series.values()
        )
        apart = scratch.table(
            f"(from updated except from {table}) union all (from {table} except from updated)"
        )
        assert apart.is_empty(), (seq, apart["instrument_id"].unique().to_list()[:5], apart[:4])
        with duckdb.connect(str(scratch.path)) as connection:
            connection.execute(f"delete from {table}")
            connection.execute(f"insert into {table} from updated")


def test_other_windows_make_other_columns(scratch: Scratch) -> None:
    put(scratch, {1: made(1), 2: made(2)})
    families = "indicator_families: [averages, bands, rsi]"
    scratch.run(1, "--vars", f"{{sma_windows: [3, 20], rsi_window: 7, {families}}}")
    columns = scratch.table(f"select * from {SHOWN} limit 0").columns
    assert {"sma_3", "sma_20", "rsi_7", "bb_upper"} <= set(columns)
    assert not {"sma_200", "rsi_14", "atr_14"} & set(columns)
    scratch.run(1)
    assert "atr_14" in scratch.table(f"select * from {SHOWN} limit 0").columns


def test_a_family_nobody_knows_is_named(scratch: Scratch) -> None:
    with pytest.raises(TapehouseError, match="no family of indicators 'astrology'"):
        scratch.run(1, "--vars", "{indicator_families: [astrology]}")


def test_a_convention_nobody_knows_is_named(scratch: Scratch) -> None:
    with pytest.raises(TapehouseError, match="it can be talib or tradingview"):
        scratch.run(1, "--vars", "{indicator_convention: skender}")


def test_an_interval_nobody_knows_is_named(minutes: Scratch) -> None:
    with pytest.raises(TapehouseError, match="it can be 1m, 5m, 15m or 1h"):
        minutes.run(1, "--vars", "indicator_interval: 7m")
