"""Who can be asked for what: the usual lines, a person's own, keys and plans."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from extract import universe
from extract.ledger.sources import Sources, in_force, without_keys
from extract.providers import canonical
from warehouse.errors import UsageError
from warehouse.provider_settings import KEY_NAMES, SourcesSection
from warehouse.settings import Settings

TODAY = date(2026, 3, 11)
SHIPPED = {one.symbol: one for one in universe.read(universe.SEED)}


@pytest.fixture
def keyed(own_settings: Settings) -> Settings:
    for name in KEY_NAMES:
        own_settings.give_key(name, f"key-of-{name}")
    return own_settings


def chain(settings: Settings, symbol: str, interval: str, purpose: str, *named: str) -> list[str]:
    return Sources(settings, named).chain(SHIPPED[symbol], interval, purpose, TODAY)


@pytest.mark.parametrize(
    ("symbol", "interval", "purpose", "expected"),
    [
        ("AAPL", "1d", "history", ["yahoo", "massive", "fmp", "alpha_vantage"]),
        # Minutes are not in the free plan of Alpha Vantage, and hours of Massive are no session's.
        ("AAPL", "1m", "history", ["yahoo", "massive", "fmp"]),
        ("AAPL", "1h", "history", ["yahoo", "fmp"]),
        ("AAPL", "1m", "live", ["yahoo", "massive", "fmp"]),
        ("AAPL", "1d", "check", ["massive", "fmp", "alpha_vantage"]),
        ("AAPL", "1m", "check", []),
        ("GOLD", "1m", "live", ["yahoo", "fmp"]),
        ("US10Y", "1d", "history", ["yahoo", "fmp"]),
        ("US10Y", "1m", "live", ["yahoo"]),
        ("BTCUSDT", "1m", "live", ["binance"]),
        ("BTCUSDT", "1d", "history", ["binance"]),
    ],
)
def test_the_usual_lines(
    keyed: Settings, symbol: str, interval: str, purpose: str, expected: list[str]
) -> None:
    assert chain(keyed, symbol, interval, purpose) == expected


def test_a_persons_line_goes_before_the_usual_ones_and_the_finer_before_the_coarser(
    keyed: Settings,
) -> None:
    own: dict[str, Any] = {
        "history": {"stock.1m": ["massive", "yahoo"], "AAPL": ["fmp"]},
        "check": {"*": []},
    }
    keyed.sources = SourcesSection(**own)
    assert chain(keyed, "MSFT", "1m", "history") == ["massive", "yahoo"]
    assert chain(keyed, "MSFT", "1d", "history")[0] == "yahoo"
    assert chain(keyed, "AAPL", "1m", "history") == ["fmp"]
    assert chain(keyed, "AAPL", "1d", "check") == []


def test_whoever_is_named_is_asked_even_where_no_line_says_so(keyed: Settings) -> None:
    assert chain(keyed, "AAPL", "15m", "check", "polygon", "yahoo") == ["massive", "yahoo"]


def test_without_keys_only_those_that_need_none_are_asked(own_settings: Settings) -> None:
    own_settings._keys = {}
    assert chain(own_settings, "AAPL", "1d", "history") == ["yahoo"]
    told = without_keys(own_settings)
    assert told is not None
    assert told.count("_API_KEY") == 4
    assert without_keys(own_settings, ["yahoo"]) is None


def test_a_provider_that_is_switched_off_is_in_no_chain(keyed: Settings) -> None:
    keyed.providers.yahoo.enabled = False
    assert chain(keyed, "AAPL", "1d", "history")[0] == "massive"


def test_names_of_old_habit_are_understood_and_unknown_ones_told() -> None:
    assert canonical("Polygon") == "massive"
    with pytest.raises(UsageError, match="no such provider: nobody"):
        canonical("nobody")
    with pytest.raises(ValidationError, match="no such provider: nobody"):
        SourcesSection(live={"stock": ["nobody"]})


def test_the_table_in_force_names_everybody_in_order(keyed: Settings) -> None:
    rows = [
        (row["purpose"], row["turn"], row["provider"])
        for row in in_force(keyed, TODAY)
        if row["instrument_id"] == SHIPPED["AAPL"].instrument_id and row["interval"] == "1d"
    ]
    assert rows == [
        ("history", 1, "yahoo"),
        ("history", 2, "massive"),
        ("history", 3, "fmp"),
        ("history", 4, "alpha_vantage"),
        ("check", 1, "massive"),
        ("check", 2, "fmp"),
        ("check", 3, "alpha_vantage"),
    ]
