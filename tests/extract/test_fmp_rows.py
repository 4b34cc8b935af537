"""Rows of FMP that are bad, strange or unfinished: set aside with a reason, or landed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fmp_asking import SUMMER, Asked, asking, bars, fault, stamps
from provider_runs import fmp_bars

from sandbox import Exchange


@pytest.fixture
def asked(exchange: Exchange, tmp_path: Path) -> Asked:
    return asking(exchange, tmp_path)


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        ({"text_number": {"row": 2}}, "close is not a number: 'n/a'"),
        ({"nan": {"row": 2}}, "close is not finite"),
        ({"future_ts": {"row": 2}}, "the stamp lies in the future"),
        ({"bad_value": {"row": 2, "field": "volume", "value": -5}}, "volume is negative"),
        ({"bad_value": {"row": 2, "field": "close", "value": True}}, "close is not a number"),
    ],
)
def test_a_bad_row_is_set_aside_with_its_reason_and_the_others_land(
    exchange: Exchange, asked: Asked, damage: dict[str, Any], reason: str
) -> None:
    fault(exchange, damage)
    landed = asked(fmp_bars("AAPL", "1h", *SUMMER))
    assert len(bars(landed)) == 6
    assert [row["table_name"] for row in landed.rejected] == ["fmp_bars"]
    assert landed.rejected[0]["reason"].startswith(reason)
    assert landed.requests[0]["row_count"] == 7


def test_unknown_fields_order_and_repeats_do_not_matter_and_nulls_are_landed(
    exchange: Exchange, asked: Asked
) -> None:
    whole = asked(fmp_bars("AAPL", "1h", *SUMMER))
    strange = {"extra_field": "surprise", "shuffle": True, "repeat_page": True}
    fault(exchange, {**strange, "bad_value": {"row": 1, "field": "volume", "value": None}})
    landed = asked(fmp_bars("AAPL", "1h", *SUMMER))
    assert sorted(set(stamps(landed))) == stamps(whole)
    assert len(bars(landed)) == 14
    assert stamps(landed) == sorted(stamps(landed))
    assert [row["volume"] for row in bars(landed)].count(None) == 1


@pytest.mark.parametrize("interval", ["1h", "1d"])
def test_a_missing_price_is_no_bar(exchange: Exchange, asked: Asked, interval: str) -> None:
    fault(exchange, {"drop_field": "open"})
    landed = asked(fmp_bars("AAPL", interval, *SUMMER))
    assert bars(landed) == []
    assert {row["reason"] for row in landed.rejected} == {"open is missing"}
