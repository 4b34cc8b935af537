"""A number for ever: symbols are renamed, recycled and delisted, instruments are not mixed up."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from extract import reference, universe
from extract.landing import Landing
from extract.universe import FIRST_PERSONAL_ID, Instrument
from warehouse import clock
from warehouse.errors import BadDataError, UsageError
from warehouse.folder import DataFolder

FIRST, SECOND = FIRST_PERSONAL_ID, FIRST_PERSONAL_ID + 1


@pytest.fixture(autouse=True)
def _in_2026() -> None:
    live_at(2026, 3, 11)


def live_at(year: int, month: int, day: int) -> None:
    clock.use(lambda: datetime(year, month, day, 15))


def by_id(folder: DataFolder, instrument_id: int) -> Instrument:
    return next(one for one in universe.instruments(folder) if one.instrument_id == instrument_id)


def landed(folder: DataFolder, table: str) -> list[dict[str, Any]]:
    landing = Landing(folder)
    line = landing.last_of(table)
    assert line is not None
    return list(landing.read(line).to_pylist())


def test_facebook_is_fb_until_the_day_before_it_is_meta(folder: DataFolder) -> None:
    meta = by_id(folder, 8)
    for provider in ("yahoo", "massive", "file_drop"):
        assert meta.symbol_at(provider, date(2022, 6, 8)) == "FB"
        assert meta.symbol_at(provider, date(2022, 6, 9)) == "META"
    assert meta.symbol_at("binance", date(2022, 6, 8)) is None
    assert meta.symbol_at("yahoo", date(2012, 5, 17)) is None


def test_a_rename_keeps_the_number_of_a_shipped_instrument(folder: DataFolder) -> None:
    live_at(2026, 4, 2)
    universe.rename(folder, "ORCL", "ORC", date(2026, 4, 1))
    oracle = by_id(folder, 11)
    assert (oracle.symbol, oracle.yahoo_symbol, oracle.massive_symbol) == ("ORC", "ORC", "ORC")
    assert oracle.symbol_at("yahoo", date(2026, 3, 31)) == "ORCL"
    assert oracle.symbol_at("yahoo", date(2026, 4, 1)) == "ORC"
    assert len(universe.instruments(folder)) == len(universe.read(universe.SEED))
    universe.rename(folder, "ORC", "ORA", date(2026, 5, 1))
    assert [
        by_id(folder, 11).symbol_at("yahoo", day)
        for day in (date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 1))
    ] == ["ORCL", "ORC", "ORA"]


def test_one_provider_may_write_it_anew(folder: DataFolder) -> None:
    universe.rename(folder, "^GSPC", "^SPX", date(2026, 3, 1), "yahoo")
    index = by_id(folder, 101)
    assert (index.symbol, index.yahoo_symbol, index.fmp_symbol) == ("SPX", "^SPX", "^GSPC")
    assert index.symbol_at("yahoo", date(2026, 2, 28)) == "^GSPC"
    assert index.symbol_at("file_drop", date(2026, 2, 28)) == "SPX"


def test_a_name_that_no_provider_uses_changes_without_them(folder: DataFolder) -> None:
    universe.rename(folder, "GOLD", "GLD1", date(2026, 3, 1))
    gold = by_id(folder, 201)
    assert (gold.symbol, gold.yahoo_symbol) == ("GLD1", "GC=F")
    assert gold.symbol_at("yahoo", date(2026, 2, 1)) == "GC=F"
    assert gold.symbol_at("file_drop", date(2026, 2, 1)) == "GOLD"


def test_a_rename_that_a_kill_cut_in_two_can_be_told_again(folder: DataFolder) -> None:
    universe.rename(folder, "ORCL", "ORC", date(2026, 3, 1))
    folder.personal_universe.unlink()
    universe.rename(folder, "ORCL", "ORC", date(2026, 3, 1))
    assert [one.symbol for one in universe.personal_history(folder)] == ["ORCL"]
    assert by_id(folder, 11).symbol_at("yahoo", date(2026, 2, 1)) == "ORCL"


@pytest.mark.parametrize(
    ("old", "new", "on", "provider", "said", "advice"),
    [
        ("NOPE", "X", date(2026, 3, 1), None, "no listed instrument", "universe list"),
        ("ORCL", "AAPL", date(2026, 3, 1), None, "is the symbol of Apple", "delist AAPL"),
        ("META", "X", date(2022, 6, 9), None, "in use since 2022-06-09", "after 2022-06-09"),
        ("PLTR", "X", date(2020, 9, 30), None, "in use since 2020-09-30", "after 2020-09-30"),
        ("ORCL", "X", date(2026, 3, 1), "bloomberg", "no such provider", "yahoo"),
        ("ORCL", "../x", date(2026, 3, 1), None, "not a symbol", "letters"),
    ],
)
def test_a_rename_that_cannot_be_says_what_to_do(
    folder: DataFolder, old: str, new: str, on: date, provider: str | None, said: str, advice: str
) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        universe.rename(folder, old, new, on, provider)
    assert advice in str(caught.value.next_step)
    assert not folder.personal_universe.exists()
    assert not folder.personal_symbol_history.exists()


def test_a_live_holder_blocks_a_symbol_and_a_past_one_does_not(folder: DataFolder) -> None:
    assert universe.add(folder, ["META"]) == []
    (facebook,) = universe.add(folder, ["FB"])
    assert facebook.instrument_id == FIRST
    (twitter,) = universe.add(folder, ["TWTR"])
    universe.delist(folder, "TWTR", date(2022, 10, 28))
    (newer,) = universe.add(folder, ["TWTR"])
    assert newer.instrument_id == twitter.instrument_id + 1
    assert universe.add(folder, ["TWTR"]) == []


def test_before_the_rename_the_new_symbol_was_still_another_ones(folder: DataFolder) -> None:
    live_at(2021, 12, 15)
    (fund,) = universe.add(folder, ["META"])
    universe.rename(folder, "META", "METV", date(2022, 1, 31))
    live_at(2022, 7, 1)
    assert {one.symbol for one in universe.instruments(folder)} >= {"META", "METV"}
    assert by_id(folder, fund.instrument_id).symbol_at("yahoo", date(2022, 1, 30)) == "META"


def test_a_symbol_that_anybody_held_needs_no_instrument_for_a_file(folder: DataFolder) -> None:
    universe.add(folder, ["TWTR"])
    universe.delist(folder, "TWTR", date(2022, 10, 28))
    added = universe.add(folder, ["FB", "TWTR", "ACME"], asked=False)
    assert [(one.symbol, one.yahoo_symbol) for one in added] == [("ACME", None)]


def test_an_instrument_that_left_the_file_keeps_its_number(folder: DataFolder) -> None:
    universe.add(folder, ["TSLA", "F"])
    reference.land_personal_universe(Landing(folder), 1)
    universe.add(folder, ["GM"])
    folder.personal_universe.unlink()
    universe.add(folder, ["GM"])
    assert [(one.instrument_id, one.symbol) for one in universe.personal(folder)] == [
        (SECOND + 1, "GM")
    ]
    reference.land_personal_universe(Landing(folder), 2)
    assert [
        (row["instrument_id"], row["symbol"], row["is_followed"])
        for row in landed(folder, "personal_universe")
    ] == [(SECOND + 1, "GM", True), (FIRST, "TSLA", False), (SECOND, "F", False)]
    assert universe.add(folder, ["ACME", "F"], asked=False)[0].symbol == "ACME"
    assert universe.add(folder, ["F"])[0].instrument_id == SECOND


def test_the_last_one_to_leave_the_file_is_noticed_too(folder: DataFolder) -> None:
    universe.add(folder, ["TSLA"])
    reference.land_personal_universe(Landing(folder), 1)
    folder.personal_universe.unlink()
    reference.land_personal_universe(Landing(folder), 2)
    assert [row["is_followed"] for row in landed(folder, "personal_universe")] == [False]
    assert reference.land_personal_universe(Landing(folder), 3) == 0


def test_a_shipped_instrument_whose_change_is_taken_back_is_as_shipped(folder: DataFolder) -> None:
    universe.add(folder, ["TSLA"])
    universe.delist(folder, "ORCL", date(2026, 3, 2))
    reference.land_personal_universe(Landing(folder), 1)
    own = [line for line in folder.personal_universe.read_text().splitlines() if "ORCL" not in line]
    folder.personal_universe.write_text("\n".join(own) + "\n")
    reference.land_personal_universe(Landing(folder), 2)
    assert [row["symbol"] for row in landed(folder, "personal_universe")] == ["TSLA"]
    assert by_id(folder, 11).delisted_on is None


def test_a_rename_lands_the_row_and_its_past_together(folder: DataFolder) -> None:
    universe.rename(folder, "ORCL", "ORC", date(2026, 3, 1))
    assert reference.land_personal_universe(Landing(folder), 1) == 2
    (past,) = landed(folder, "personal_symbol_history")
    assert (past["instrument_id"], past["provider"], past["symbol"]) == (11, "*", "ORCL")
    assert len({line.group_seq for line in Landing(folder).manifest.lines()}) == 1
    assert reference.land_personal_universe(Landing(folder), 2) == 0


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("8,reuters,FB,,2022-06-09,2022-06-09 00:00:00", "unknown provider 'reuters'"),
        ("8,*,FB,2022-06-09,2022-06-09,2022-06-09 00:00:00", "not before valid_to"),
        ("8,*,FB,,,2022-06-09 00:00:00", "line 2"),
    ],
)
def test_a_bad_line_of_the_history_is_named(folder: DataFolder, row: str, said: str) -> None:
    names = "instrument_id,provider,symbol,valid_from,valid_to,known_at"
    folder.personal_symbol_history.write_text(f"{names}\n{row}\n")
    with pytest.raises(BadDataError, match=said):
        universe.instruments(folder)
