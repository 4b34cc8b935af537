"""When a provider is away, the next one that serves its windows is asked in the same run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from extract import plan
from extract.context import Failure
from extract.fetch import Fetched, fetch
from extract.landing import Landing
from extract.outcomes import PROVIDER_AWAY, STOPS_PROVIDER
from extract.plan import Choice
from extract.request_log import RequestLog
from extract.work import WorkItem
from warehouse.settings import Settings

AWAY = PROVIDER_AWAY | STOPS_PROVIDER


def fetch_all(
    settings: Settings,
    landing: Landing,
    run_id: int,
    items: Sequence[WorkItem],
    choice: Choice,
    on_units: Callable[[int, int], None] | None = None,
) -> tuple[Fetched, list[str]]:
    """Fetch the plan, and elsewhere what its providers left open; and say who stood in for whom.

    A unit whose window another provider answered has not failed; its own provider is asked for
    it again by the next run, so that the bars of both can be compared.
    """
    log = RequestLog(run_id)
    done = fetch(settings, landing, run_id, items, on_units, log)
    failures, left = list(done.failures), _away(done.failures)
    stand_ins: dict[WorkItem, list[WorkItem]] = {}
    away: set[str] = set()
    while left:
        away |= {one.provider for one in left}
        found = plan.instead(settings, landing, choice, left, away)
        stand_ins |= found
        more = fetch(
            settings, landing, run_id, [one for own in found.values() for one in own], log=log
        )
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


def _away(failures: Sequence[Failure]) -> list[WorkItem]:
    return [one.item for one in failures if one.outcome in AWAY and one.item.endpoint == "bars"]


def _told(
    made_good: Sequence[Failure], stand_ins: Mapping[WorkItem, Sequence[WorkItem]]
) -> list[str]:
    told = Counter(
        (one.item.provider, str(one.outcome), stand_in.provider)
        for one in made_good
        for stand_in in stand_ins[one.item][:1]
    )
    return [
        f"{away} is away ({outcome}): {provider} answered for {count} of its windows"
        for (away, outcome, provider), count in told.items()
    ]
