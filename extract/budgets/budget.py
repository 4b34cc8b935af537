"""One run's share of a provider's budget: waits for its turn, and tells the ledger what came."""

from __future__ import annotations

import hashlib
import os
import uuid
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

from pydantic import SecretStr

from extract.budgets.circuits import Circuit
from extract.budgets.ledger import Later, Ledger, Priority, Spent, Taken, Wish, Writer
from extract.budgets.plans import plan_of
from extract.budgets.store import Store, moment, seconds_now
from extract.edge.redaction import redact
from extract.outcomes import STOPS_PROVIDER, FetchFailed, Outcome
from warehouse import clock, logs
from warehouse.provider_settings import ProviderSettings

WORTH_TELLING = 10.0

log = logs.get(__name__)


class Budget:
    """What `PoliteEdge` asks before each call and tells after it."""

    def __init__(
        self, file: Path, provider: str, settings: ProviderSettings, key: SecretStr | None = None
    ) -> None:
        self.provider = provider
        self.settings = settings
        self.ledger = ledger_of(Store(file), provider, settings, key)
        self._stopped: FetchFailed | None = None
        self._waiter = f"{os.getpid()}-{uuid.uuid4().hex}"
        self._last_at: float | None = None

    @property
    def is_open(self) -> bool:
        """Whether a unit would be refused now, in this run or by the shared circuit."""
        if self._stopped is not None:
            return True
        circuit = self.ledger.circuit()
        return circuit is not None and circuit.refuses and circuit.is_open(seconds_now())

    def take(self, weight: int, priority: Priority) -> Taken:
        """Returns when the call may be made; it is counted from then on."""
        self._pass_or_refuse()
        since = seconds_now()
        busy = since - self._last_at if self._last_at is not None else None
        try:
            while True:
                now = seconds_now()
                seconds, patience = self.settings.timeout_seconds, self.settings.max_wait_seconds
                wish = Wish(self._waiter, since, weight, priority, seconds, patience, busy)
                match self.ledger.ask(wish, now):
                    case Taken() as taken:
                        self._last_at = taken.reserved_at
                        return taken
                    case Later(at):
                        if at - now >= WORTH_TELLING:
                            log.info(
                                "waiting for the budget", provider=self.provider, until=told(at)
                            )
                        clock.sleep(at - now)
                    case Spent() as spent:
                        self._refuse(Outcome.THROTTLED, spent_detail(spent))
                    case Circuit() as circuit:
                        detail = f"is not asked until {told(circuit.until_at)}: {circuit.detail}"
                        rests = circuit.until_at - now
                        self._refuse(circuit.outcome, f"{self.provider} {detail}", rests)
        except KeyboardInterrupt:
            self.ledger.leave(self._waiter)
            raise

    def answered(self, taken: Taken, used: int | None = None) -> None:
        self.ledger.ended(taken, seconds_now(), used)

    def failed(self, taken: Taken, failed: FetchFailed, used: int | None = None) -> None:
        """Refusals stop every process; one that no waiting mends stops this run."""
        if failed.outcome in STOPS_PROVIDER:
            self._stopped = failed
        if failed.outcome in (Outcome.THROTTLED, Outcome.BLOCKED, Outcome.UNAVAILABLE):
            self._trip(taken, failed, used)
        else:
            self.answered(taken, used)

    def away(self, failed: FetchFailed) -> None:
        """Unit after unit found nobody there."""
        self._trip(None, failed, None)

    def _trip(self, taken: Taken | None, failed: FetchFailed, used: int | None) -> None:
        wait = (self.settings.backoff_seconds, self.settings.max_wait_seconds)
        told_of = FetchFailed(failed.outcome, redact(failed.detail), failed.retry_after)
        self.ledger.refused(taken, told_of, wait, seconds_now(), used)

    def _pass_or_refuse(self) -> None:
        if self._stopped is None:
            return
        circuit = self.ledger.circuit()
        until = "for the rest of this run"
        if circuit is not None and self._stopped.retry_after is not None:
            until = f"until {told(circuit.until_at)}"
        detail = f"{self.provider} is not asked {until}: {self._stopped.detail}"
        self._refuse(self._stopped.outcome, detail)

    def _refuse(self, outcome: Outcome, detail: str, retry_after: float | None = None) -> NoReturn:
        raise FetchFailed(outcome, detail, retry_after, final=True)


def ledger_of(
    store: Writer, provider: str, settings: ProviderSettings, key: SecretStr | None
) -> Ledger:
    """Limits are an address's or a key's, at one host: a sandbox never spends what is real."""
    plan = plan_of(provider, settings)
    host = urlsplit(settings.base_url).netloc
    scope = f"{provider} {host}"
    if plan.by_key and key is not None:
        scope += f" {hashlib.sha256(key.get_secret_value().encode()).hexdigest()[:12]}"
    return Ledger(store, plan, scope, host)


def spent_detail(spent: Spent) -> str:
    return (
        f"budget spent: {spent.used} of {spent.window.allowed} calls today, "
        f"next at {told(spent.at)}"
    )


def told(seconds: float) -> str:
    return f"{moment(seconds):%Y-%m-%d %H:%M:%S} UTC"
