"""When a provider is away, the next one that serves its windows is asked in the same run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from extract.context import Failure
from extract.fetch import Around, Fetched, fetch
from extract.landing import Landing
from extract.ledger.asked import BACKFILL, Key
from extract.ledger.view import View
from extract.outcomes import PROVIDER_AWAY, STOPS_PROVIDER
from extract.plan import CHECK, EXPLAINS_BARS, Choice, Planner, Serving
from extract.providers import module
from extract.request_log import RequestLog
from extract.universe import Instrument
from extract.work import WorkItem
from warehouse import clock
from warehouse.settings import Settings

AWAY = PROVIDER_AWAY | STOPS_PROVIDER


def fetch_all(
    settings: Settings,
    landing: Landing,
    run_id: int,
    items: Sequence[WorkItem],
    choice: Choice,
    on_units: Callable[[int, int], None] | None = None,
    around: Around | None = None,
) -> tuple[Fetched, list[str]]:
    """Fetch the plan, and elsewhere what its providers left open; and say who stood in for whom.

    A unit whose window another provider answered has not failed; its own provider is asked for
    it again by the next run, so that the bars of both can be compared.
    """
    log = RequestLog(run_id)
    done = fetch(settings, landing, run_id, items, on_units, log, around)
    failures, left = list(done.failures), _away(done.failures)
    stand_ins: dict[WorkItem, list[WorkItem]] = {}
    away: set[str] = set()
    while left:
        away |= {one.provider for one in left}
        stand_in = StandIns(settings, landing, choice, clock.now())
        found = {one: own for one in left if (own := stand_in.of(one, away)) is not None}
        stand_ins |= found
        # Splits that explain the bars of two windows are asked for once.
        further = list(dict.fromkeys(one for own in found.values() for one in own))
        more = fetch(settings, landing, run_id, further, log=log)
        done.units += more.units
        done.files += more.files
        done.rows += more.rows
        failures += more.failures
        left = _away(more.failures)
    failed = {one.item for one in failures}

    def answered(item: WorkItem) -> bool:
        return item not in failed or (
            item in stand_ins and all(answered(one) for one in stand_ins[item])
        )

    done.failures = [one for one in failures if not answered(one.item)]
    made_good = [one for one in failures if answered(one.item)]
    return done, _told(made_good, stand_ins)


class StandIns(Planner):
    """Sees the same answers as every plan, for windows that a provider left open by being away."""

    def of(self, failed: WorkItem, away: set[str]) -> list[WorkItem] | None:
        """What to ask of the next provider of the line: nothing, where it has answered before.

        None, where nobody else serves the window.
        """
        instrument = next(
            (one for one in self.instruments if one.instrument_id == failed.instrument_id), None
        )
        interval = str(failed.interval)
        rows = [
            row
            for row in self.coverage
            if row.interval == interval
            and row.purpose != CHECK
            and instrument
            and instrument.in_group(row.group)
        ]
        if instrument is None or not rows or failed.start is None or failed.end is None:
            return None
        row = max(rows, key=lambda row: row.back)
        chain = self._chain(instrument, row)
        name = next((one for one in chain if one not in away and self._may(one, failed)), None)
        # What was asked as a check has its bars from elsewhere.
        if failed.provider not in chain or name is None:
            return None
        serving = Serving(name, interval, row.back, row.purpose)
        view = self._view(
            name, [[serving] if one is instrument else [] for one in self.instruments]
        )
        key: Key = (name, "bars", instrument.instrument_id, interval)
        reason = BACKFILL if failed.reason == BACKFILL else f"instead of {failed.provider}"
        bars = [
            view.item(instrument, "bars", reason, interval, low, high)
            for start, end in self.asked.uncovered(key, failed.start, failed.end)
            for low, high in module(name).chunks(interval, start, end, self.now)
        ]
        return [*self._explaining(name, view, instrument), *bars] if bars else []

    def _explaining(self, name: str, view: View, instrument: Instrument) -> list[WorkItem]:
        return [
            item
            for item in module(name).due(view)
            if item.endpoint in EXPLAINS_BARS and item.instrument_id == instrument.instrument_id
        ]


def _away(failures: Sequence[Failure]) -> list[WorkItem]:
    return [one.item for one in failures if one.outcome in AWAY and one.item.endpoint == "bars"]


def _told(
    made_good: Sequence[Failure], stand_ins: Mapping[WorkItem, Sequence[WorkItem]]
) -> list[str]:
    told = Counter(
        (one.item.provider, str(one.outcome), stand_in.provider)
        for one in made_good
        for stand_in in stand_ins[one.item][-1:]
    )
    return [
        f"{away} is away ({outcome}): {provider} answered for {count} of its windows"
        for (away, outcome, provider), count in told.items()
    ]
