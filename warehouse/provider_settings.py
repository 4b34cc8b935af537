"""Settings of the providers: how each is asked, its key's name, and who is asked for what."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_address
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

# A provider's key goes by the name its users know; the first that is set counts.
KEY_NAMES: dict[str, tuple[str, ...]] = {
    "massive": ("MASSIVE_API_KEY", "POLYGON_API_KEY"),
    "fmp": ("FMP_API_KEY",),
    "alpha_vantage": ("ALPHA_VANTAGE_API_KEY",),
    "binance": ("BINANCE_API_KEY",),
}
# A line is an asset class, a symbol or `*`, and may go on with `.` and an interval.
Chains = dict[str, list[str]]
USUAL_SOURCES: dict[str, Chains] = {
    "live": {"*": ["yahoo", "massive", "fmp"], "crypto": ["binance"]},
    "history": {
        "*": ["yahoo", "massive", "fmp", "alpha_vantage"],
        "crypto": ["binance", "alpha_vantage"],
    },
    "check": {
        "stock.1d": ["massive", "fmp", "alpha_vantage"],
        "etf.1d": ["massive", "fmp", "alpha_vantage"],
    },
}


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", validate_default=True)


class ProviderSettings(Section):
    """How one provider is asked."""

    enabled: bool = True
    base_url: str = ""
    # Where files of whole days and months are; without one, none is asked for.
    archive_url: str = ""
    # Single figures of a plan may be overridden; what is none here is the plan's.
    plan: str = ""
    pace_seconds: float | None = Field(default=None, ge=0, le=3600)
    batch_calls: int | None = Field(default=None, ge=0)
    batch_pause_seconds: float | None = Field(default=None, ge=0, le=3600)
    calls_per_second: int | None = Field(default=None, ge=0)
    calls_per_minute: int | None = Field(default=None, ge=0)
    calls_per_five_minutes: int | None = Field(default=None, ge=0)
    calls_per_day: int | None = Field(default=None, ge=0)
    weight_per_minute: int | None = Field(default=None, ge=0)
    # Bars of sessions under way: so many units in a quarter of an hour; 0 is all of them.
    live_units: int = Field(default=0, ge=0)
    timeout_seconds: float = Field(default=30.0, gt=0, le=600)
    attempts: int = Field(default=4, ge=1, le=20)
    backoff_seconds: float = Field(default=2.0, ge=0, le=600)
    max_wait_seconds: float = Field(default=120.0, ge=0, le=3600)
    max_body_mb: int = Field(default=64, ge=1, le=1024)
    # How many past days of all trades are held, where a provider tells them.
    trades_days: int = Field(default=0, ge=0, le=3650)
    # What the plan behind the key allows: bars so long after they closed, and so far back.
    delay_minutes: float = Field(default=0.0, ge=0, le=10_000)
    history_days: int | None = Field(default=None, ge=1)

    @property
    def lacking(self) -> frozenset[str]:
        """Intervals that the plan does not have."""
        return frozenset()

    @field_validator("base_url", "archive_url")
    @classmethod
    def plain_web_address(cls, value: str) -> str:
        if not value:
            return value
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("must begin with http:// or https:// and name a host")
        if parts.username or parts.password:
            raise ValueError("must hold no user name or password")
        try:
            address = ip_address(parts.hostname)
        except ValueError:
            return value.rstrip("/")
        if address.is_link_local or address.is_unspecified or address.is_multicast:
            raise ValueError("must not be a link-local or unspecified address")
        return value.rstrip("/")


class YahooSettings(ProviderSettings):
    base_url: str = "https://query2.finance.yahoo.com"
    live_units: int = Field(default=3, ge=0)


class BinanceSettings(ProviderSettings):
    base_url: str = "https://data-api.binance.vision"
    archive_url: str = "https://data.binance.vision"


class MassiveSettings(ProviderSettings):
    """As the free plan has it: five calls a minute, whole days only, two years."""

    base_url: str = "https://api.massive.com"
    delay_minutes: float = Field(default=900.0, ge=0, le=10_000)
    history_days: int | None = Field(default=729, ge=1)


class FmpSettings(ProviderSettings):
    """Waits reach past the end of a minute's limit."""

    base_url: str = "https://financialmodelingprep.com"
    backoff_seconds: float = Field(default=15.0, ge=0, le=600)
    # One call for all quotes, which only higher plans have.
    batch_quotes: bool = False


class AlphaVantageSettings(ProviderSettings):
    """As the free plan has it: 25 calls a day, the last 100 sessions, days once they rest."""

    base_url: str = "https://www.alphavantage.co"
    delay_minutes: float = Field(default=360.0, ge=0, le=10_000)
    history_days: int | None = Field(default=140, ge=1)
    plan: Literal["free", "premium", "sandbox"] = "free"
    datatype: Literal["json", "csv"] = "json"

    @property
    def lacking(self) -> frozenset[str]:
        return frozenset({"1m", "5m", "15m"}) if self.plan != "premium" else frozenset()

    @model_validator(mode="after")
    def all_of_history(self) -> Self:
        if self.plan == "premium" and "history_days" not in self.model_fields_set:
            self.history_days = None
        return self


class FileDropSettings(ProviderSettings):
    pass


class ProvidersSection(Section):
    yahoo: YahooSettings = YahooSettings()
    binance: BinanceSettings = BinanceSettings()
    massive: MassiveSettings = MassiveSettings()
    fmp: FmpSettings = FmpSettings()
    alpha_vantage: AlphaVantageSettings = AlphaVantageSettings()
    file_drop: FileDropSettings = FileDropSettings()


class SourcesSection(Section):
    """Lines that go before the usual ones: who is asked for what, the first that can."""

    live: Chains = Field(default={})
    history: Chains = Field(default={})
    check: Chains = Field(default={})

    def chain(self, purpose: str, lines: Sequence[str]) -> list[str]:
        """The providers of the first of these lines that is there, a person's before the usual."""
        for table in (getattr(self, purpose), USUAL_SOURCES[purpose]):
            for line in lines:
                if line in table:
                    found: list[str] = table[line]
                    return found
        return []

    @field_validator("live", "history", "check")
    @classmethod
    def names_of_providers(cls, value: Chains) -> Chains:
        for line, chain in value.items():
            for name in chain:
                if name not in ProvidersSection.model_fields:
                    raise ValueError(f"{line}: no such provider: {name}")
        return value
