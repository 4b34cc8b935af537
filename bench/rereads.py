"""Made-up daily bars that Yahoo shows eleven times: jitter, corrections, drift, splits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa

from extract.schemas import arrow_schema
from warehouse.market_hours import Session

READS = 11
STEP = timedelta(days=2)
JITTER = 4e-7
FIELDS = ("open", "high", "low", "close", "volume")
DRIFT = 5e-7
CONFIRMED_AFTER = 2  # reads that are three days or more apart
RATIOS = (2.0, 1.5, 10.0, 0.2)
LAGS = ("none", "event", "prices")


@dataclass
class Correction:
    """What a provider changed: from read number `read` on, fields are larger by `size`."""

    instrument: int
    session: int
    fields: tuple[str, ...]
    size: float
    read: int
    latest_read: int


@dataclass
class Split:
    """A split whose ex date lies just before read number `read`."""

    instrument: int
    ratio: float
    lag: str
    read: int


class History:
    """What the provider shows at each read, drawn from one seed."""

    def __init__(
        self, seed: int, sessions: list[Session], instruments: int, corrections: int, drifts: int
    ) -> None:
        self.draw = np.random.default_rng(seed)
        self.sessions = sessions
        self.shape = (instruments, len(sessions))
        walk = self.draw.normal(0, 0.02, self.shape).cumsum(axis=1)
        close = self.draw.uniform(5, 900, (instruments, 1)) * np.exp(walk)
        # So wide that no correction contradicts the bar's other prices.
        self.prices = {
            "open": close * (1 + self.draw.uniform(-0.02, 0.02, self.shape)),
            "high": close * self.draw.uniform(1.2, 1.25, self.shape),
            "low": close * self.draw.uniform(0.75, 0.8, self.shape),
            "close": close,
        }
        self.volume = 10.0 * self.draw.integers(500_000, 5_000_000, self.shape)
        self.splits = self._splits(instruments // 5)
        cells = self.draw.permutation(instruments * len(sessions))
        self.corrections = [self._correction(int(cell)) for cell in cells[:corrections]]
        drifting = cells[corrections : corrections + drifts]
        self.drifting = {
            (int(cell) // self.shape[1], int(cell) % self.shape[1]) for cell in drifting
        }

    def _splits(self, count: int) -> list[Split]:
        chosen = self.draw.choice(self.shape[0], count, replace=False)
        return [
            Split(
                int(instrument),
                RATIOS[number % len(RATIOS)],
                LAGS[number % len(LAGS)],
                int(self.draw.integers(2, READS - 2)),
            )
            for number, instrument in enumerate(chosen)
        ]

    def _correction(self, cell: int) -> Correction:
        instrument, session = divmod(cell, self.shape[1])
        read = int(self.draw.integers(1, READS - 2))
        kind = self.draw.random()
        size = float(np.exp(self.draw.uniform(np.log(5e-6), np.log(0.15))))
        size *= self.draw.choice([-1, 1])
        waits = 0
        fields: tuple[str, ...] = (str(self.draw.choice(FIELDS[:4])),)
        if kind < 0.2:
            fields, size = ("volume",), float(np.sign(size)) * max(abs(size), 0.002)
        elif fields[0] in ("high", "low"):
            size = abs(size) if fields[0] == "high" else -abs(size)
        elif kind < 0.3:
            fields = FIELDS[:4]
        elif kind < 0.31 and read + CONFIRMED_AFTER < READS:
            fields, size, waits = FIELDS[:4], 0.5, CONFIRMED_AFTER
        latest = read + waits
        for split in self.splits:
            if split.instrument != instrument or split.lag == "none" or read > split.read + 1:
                continue
            if split.lag == "event" and split.ratio == 1 + size:
                # While nobody told the split the two cancel each other: no reader could see it.
                size = 1.0
            latest = max(latest, split.read + 1 + waits)
        return Correction(instrument, session, fields, size, read, latest)

    def asked_at(self, read: int) -> datetime:
        """The first read meets the last session before it has settled."""
        return self.sessions[-1].closes_at + timedelta(hours=1) + read * STEP

    def ex_date(self, split: Split) -> datetime:
        return self.asked_at(split.read) - timedelta(hours=8)

    def bars(self, read: int, request_id: int) -> pa.Table:
        shown = {}
        for name, values in self.prices.items():
            jitter = 1 + self.draw.uniform(-JITTER, JITTER, self.shape)
            shown[name] = values * jitter
        shown["volume"] = self.volume.copy()
        if read == 0:
            unsettled = 1 + self.draw.uniform(-0.004, 0.004, self.shape[0])
            shown["volume"][:, -1] = 10 * np.round(shown["volume"][:, -1] * unsettled / 10)
        for instrument, session in self.drifting:
            shown["close"][instrument, session] *= 1 + DRIFT * read
        for one in self.corrections:
            if read >= one.read:
                for name in one.fields:
                    shown[name][one.instrument, one.session] *= 1 + one.size
        shown["volume"] = 10 * np.round(shown["volume"] / 10)
        for split in self.splits:
            if read >= split.read + (1 if split.lag == "prices" else 0):
                for name in self.prices:
                    shown[name][split.instrument] /= split.ratio
                shown["volume"][split.instrument] *= split.ratio
        return self._table(shown, request_id)

    def _table(self, shown: dict[str, np.ndarray], request_id: int) -> pa.Table:
        instruments, sessions = self.shape
        rows = instruments * sessions
        stamps = np.array([one.opens_at for one in self.sessions], dtype="datetime64[us]")
        symbols = pa.array([symbol(number) for number in range(instruments)])
        schema = arrow_schema("yahoo_bars", landed=False)
        columns = {
            "request_id": pa.array(np.full(rows, request_id)),
            "symbol": symbols.take(pa.array(np.repeat(np.arange(instruments), sessions))),
            "interval": pa.repeat(pa.scalar("1d"), rows),
            "stamped_at": pa.array(np.tile(stamps, instruments)),
            "exchange_timezone": pa.repeat(pa.scalar("America/New_York"), rows),
            "currency": pa.repeat(pa.scalar("USD"), rows),
            **{name: pa.array(values.ravel()) for name, values in shown.items()},
            "adj_close": pa.array(shown["close"].ravel()),
        }
        return pa.table(
            [columns[name].cast(schema.field(name).type, safe=False) for name in schema.names],
            schema=schema,
        )

    def events(self, read: int, request_id: int) -> pa.Table:
        rows = [
            {
                "request_id": request_id,
                "symbol": symbol(split.instrument),
                "stamped_at": self.ex_date(split),
                "exchange_timezone": "America/New_York",
                "ratio": split.ratio,
            }
            for split in self.splits
            if read >= split.read + (1 if split.lag == "event" else 0)
        ]
        return pa.Table.from_pylist(rows, schema=arrow_schema("yahoo_splits", landed=False))


def symbol(number: int) -> str:
    return f"SIM{number + 1:03d}"
