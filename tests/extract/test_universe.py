"""The universe is the shipped seed and what a person added; bad lines are named."""

from __future__ import annotations

import pytest

from extract import universe
from warehouse.errors import BadDataError, UsageError
from warehouse.folder import DataFolder

US_TECH = [
    "AAPL", "AIQ", "AMD", "AMZN", "AVGO", "GOOGL", "INTC",
    "META", "MSFT", "NVDA", "ORCL", "PLTR", "TSM",
]  # fmt: skip


def test_the_shipped_universe_holds_what_the_readme_says() -> None:
    seed = universe.read(universe.SEED)
    stocks = {one.symbol for one in seed if one.in_group("us_tech")}
    assert stocks == set(US_TECH)
    assert {one.symbol for one in seed if one.asset_class == "crypto"} == {
        "BTCUSDT",
        "ETHUSDT",
        "SOLUSDT",
    }
    assert sum(one.asset_class == "bond" for one in seed) == 4
    assert len({one.instrument_id for one in seed}) == len(seed)
    assert len({one.symbol for one in seed}) == len(seed)


def test_an_added_symbol_gets_a_lasting_id_of_its_own(folder: DataFolder) -> None:
    (tsla,) = universe.add(folder, ["TSLA"])
    assert tsla.instrument_id == universe.FIRST_PERSONAL_ID
    assert universe.add(folder, ["TSLA", "AAPL"]) == []
    (doge,) = universe.add(folder, ["DOGEUSDT"])
    assert (doge.instrument_id, doge.binance_symbol) == (universe.FIRST_PERSONAL_ID + 1, "DOGEUSDT")
    assert [one.symbol for one in universe.personal(folder)] == ["TSLA", "DOGEUSDT"]


@pytest.mark.parametrize(
    "symbol", ["BRK-B", "BTC/USDT", "^GSPC", "EURUSD=X", "ES=F", "BF.B", "0700.HK", "TRUE", "1E5"]
)
def test_symbols_of_the_real_world_are_kept_as_they_are(folder: DataFolder, symbol: str) -> None:
    universe.add(folder, [symbol])
    assert universe.personal(folder)[0].symbol == symbol


def test_each_provider_is_asked_by_the_symbol_that_it_writes(folder: DataFolder) -> None:
    brk, bfb, ftse, doge = universe.add(folder, ["BRK-B", "BF.B", "^FTSE", "DOGEUSDT"])
    names = ("yahoo", "binance", "massive", "fmp", "alpha_vantage")
    assert [brk.present_symbol(one) for one in names] == ["BRK-B", None, "BRK.B", "BRK-B", "BRK-B"]
    assert [bfb.present_symbol(one) for one in names] == ["BF-B", None, "BF.B", "BF-B", "BF-B"]
    assert [ftse.present_symbol(one) for one in names] == ["^FTSE", None, None, "^FTSE", None]
    assert [doge.present_symbol(one) for one in names] == [None, "DOGEUSDT", None, None, None]


@pytest.mark.parametrize(
    "symbol",
    ["../x", "..\\x", "a\nb", "x" * 300, "A;drop", "$(id)", "{{7*7}}", "", "-A", "\uff1dA"],
)
def test_what_is_no_symbol_is_refused_before_any_use(folder: DataFolder, symbol: str) -> None:
    with pytest.raises(UsageError):
        universe.add(folder, [symbol])
    assert not folder.personal_universe.exists()


def test_a_bad_line_in_the_personal_file_is_named(folder: DataFolder) -> None:
    universe.add(folder, ["TSLA", "F"])
    text = folder.personal_universe.read_text().replace("XNYS", "NOWHERE", 2)
    lines = text.splitlines()
    lines[1] = lines[1].replace("NOWHERE", "XNYS")
    folder.personal_universe.write_text("\n".join(lines) + "\n")
    with pytest.raises(BadDataError, match="line 3: unknown calendar 'NOWHERE'"):
        universe.instruments(folder)
