"""What a market's run asks for, so that nothing is asked twice or never; and the nightly audit."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import pytest
from planning import Desk

from extract import plan, universe
from extract.ledger.auditing import WINDOWS
from extract.plan import Choice
from extract.work import WorkItem
from warehouse import clock, market_hours
from warehouse.settings import Settings

IN_SESSION = datetime(2026, 3, 11, 15, 0)
NIGHT = datetime(2026, 3, 14, 3, 40)
DAY = timedelta(days=1)
HOMES = ("us", "crypto")


@pytest.fixture
def desk(own_settings: Settings) -> Desk:
    return Desk(own_settings)


def planned(desk: Desk, choice: Choice, at: datetime = IN_SESSION) -> list[WorkItem]:
    clock.use(lambda: at)
    return plan.make(desk.settings, desk.landing, choice)


def of_market(desk: Desk, market: str, at: datetime = IN_SESSION) -> list[WorkItem]:
    return planned(desk, Choice(calendars=market_hours.calendars_of(market)), at)


def test_the_markets_that_run_by_default_share_the_shipped_universe_without_rest(
    desk: Desk,
) -> None:
    (desk.settings.folder.inbox / "mine.csv").write_text("symbol,date,close\n", encoding="utf-8")
    everything = Counter(planned(desk, Choice()))
    shared = sum((Counter(of_market(desk, market)) for market in HOMES), Counter[WorkItem]())
    assert everything == shared
    assert max(shared.values()) == 1


def test_treasuries_and_commodities_are_at_home_in_the_us(desk: Desk) -> None:
    homes = {market: set(market_hours.calendars_of(market)) for market in HOMES}
    for one in universe.instruments(desk.settings.folder):
        expected = "crypto" if one.asset_class == "crypto" else "us"
        assert [market for market in HOMES if one.calendar in homes[market]] == [expected]


def test_dropped_files_go_with_the_market_that_never_shuts(desk: Desk) -> None:
    (desk.settings.folder.inbox / "mine.csv").write_text("symbol,date,close\n", encoding="utf-8")

    def files(items: list[WorkItem]) -> list[str]:
        return [item.symbol for item in items if item.endpoint == "file"]

    assert files(of_market(desk, "us")) == []
    assert files(of_market(desk, "crypto")) == ["mine.csv"]


def test_symbols_that_are_named_go_before_the_market(desk: Desk) -> None:
    choice = Choice(("BTCUSDT",), calendars=market_hours.calendars_of("us"))
    assert {item.symbol for item in planned(desk, choice)} == {"BTCUSDT"}


def test_the_audit_asks_for_what_was_final_and_the_same_only_once_a_night(desk: Desk) -> None:
    desk.answer(planned(desk, Choice(), NIGHT - 40 * DAY), NIGHT - 40 * DAY)
    desk.answer(planned(desk, Choice(), NIGHT - 3 * DAY), NIGHT - 3 * DAY)
    assert not [one for one in planned(desk, Choice(), NIGHT) if one.reason == "audit"]
    audited = [one for one in planned(desk, Choice(audits=True), NIGHT) if one.reason == "audit"]
    assert len(audited) == WINDOWS
    assert len({(one.provider, one.symbol) for one in audited}) > 5
    assert all(one.end and one.end < NIGHT - 3 * DAY for one in audited)
    again = [one for one in planned(desk, Choice(audits=True), NIGHT) if one.reason == "audit"]
    assert again == audited
    desk.answer(audited, NIGHT)
    hour_later = planned(desk, Choice(audits=True), NIGHT + timedelta(hours=1))
    assert not [one for one in hour_later if one.reason == "audit"]
    next_night = planned(desk, Choice(audits=True), NIGHT + DAY)
    assert {one for one in next_night if one.reason == "audit"}.isdisjoint(audited)
