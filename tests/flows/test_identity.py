"""Renamed, recycled and delisted symbols at a real exchange, and a file's bars beside Yahoo's.

One folder lives from December 2021 to November 2022: Roundhill's fund holds META until it becomes
METV, Facebook goes from FB to META, Twitter is delisted, and a file speaks of all of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from never_loaded import begin

from extract import universe
from extract.plan import Choice
from flows.origin import folder_clock
from flows.run import Report, run
from publish import open_market
from sandbox import Exchange
from warehouse import database, settings
from warehouse.settings import Settings

META, FUND, TWITTER = 8, 1_000_001, 1_000_002
Rows = list[tuple[Any, ...]]
CHOSEN = (
    "select session_date, provider, open, high, low, close, volume, open_raw, high_raw, low_raw, "
    "close_raw, volume_raw from daily_bars where instrument_id = 1 order by 1"
)
HEADER = "symbol,date,open,high,low,close,volume"


@dataclass
class Story:
    """The folder, its exchange, and what was seen on the way."""

    settings: Settings
    exchange: Exchange
    asked: dict[str, set[str]] = field(default_factory=dict)
    reports: dict[str, Report] = field(default_factory=dict)
    halfway: Rows = field(default_factory=list)
    before_the_file: Rows = field(default_factory=list)

    def live(self, at: datetime, *symbols: str, build: bool = False) -> None:
        """One run at an hour; remembers which symbols the exchange was asked for."""
        self.exchange.set_clock(at)
        self.exchange.clear_journal()
        steps = ("extract", "load", "build", "publish") if build else ("extract", "load")
        day = f"{at:%Y-%m-%d}"
        self.reports[day] = run(self.settings, steps, Choice(symbols, intervals=("1d",)))
        assert self.reports[day].errors == []
        paths = [one.path for one in self.exchange.journal() if "/chart/" in one.path]
        self.asked[day] = {path.rpartition("/")[2].partition("?")[0] for path in paths}

    def say(self, change: Any, *arguments: Any) -> Any:
        """A change to the universe, made at the folder's hour as the command does."""
        with folder_clock(self.settings):
            return change(self.settings.folder, *arguments)

    def rows(self, query: str) -> Rows:
        with open_market(self.settings.folder.market).connection as connection:
            return connection.execute(query).fetchall()


def drop(story: Story) -> None:
    """Days of AAPL that agree, are halved, doubt the volume and the close; and old symbols."""
    with database.connect(story.settings.folder.warehouse, read_only=True) as connection:
        bars = connection.execute(
            "select cast(stamped_at as date), open, high, low, close, volume from raw.yahoo_bars "
            "where symbol = 'AAPL' and interval = '1d' and stamped_at >= '2022-05-16' "
            "order by stamped_at limit 4"
        ).fetchall()
    lines = [HEADER]
    for (day, *prices, volume), change in zip(bars, ("", "basis", "volume", "close"), strict=True):
        scale = 0.5 if change == "basis" else 1
        first, high, low, close = (round(price * scale, 8) for price in prices)
        close = low if change == "close" else close
        volume = volume // 2 if change == "volume" else volume
        lines.append(f"AAPL,{day},{first},{high},{low},{close},{volume}")
    lines += [
        "FB,2022-06-03,190,196,189,195,1000",
        "META,2021-07-06,15,16,14,15.5,100",
        "META,2022-06-09,190,196,189,195,1000",
        "FB,2022-06-09,190,196,189,195,1000",
    ]
    (story.settings.folder.inbox / "old.csv").write_text("\n".join(lines) + "\n")


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    root: Path = tmp_path_factory.mktemp("identity") / "data"
    start = datetime(2021, 12, 15, 15)
    with pytest.MonkeyPatch.context() as patch, Exchange(seed=7, now=start) as exchange:
        patch.setenv("TAPEHOUSE_DATA_DIR", str(root))
        patch.setenv("TAPEHOUSE_SANDBOX__URL", exchange.url)
        own = settings.load()
        own.folder.prepare("sandbox")
        begin(own.folder)
        story = Story(own, exchange)
        story.say(universe.add, ["META", "TWTR"])
        story.live(start, "META", "TWTR")
        exchange.set_clock(datetime(2022, 1, 31, 15))
        story.say(universe.rename, "META", "METV", date(2022, 1, 31))
        story.live(datetime(2022, 1, 31, 15), "METV")
        story.live(datetime(2022, 6, 7, 15), "META", "METV", "AAPL", build=True)
        story.halfway = story.rows(
            f"select * from bar_versions where instrument_id = {META} and provider = 'yahoo' "
            "order by opened_at"
        )
        story.before_the_file = story.rows(CHOSEN)
        story.live(datetime(2022, 6, 10, 15), "META", "METV")
        story.live(datetime(2022, 10, 26, 15), "TWTR")
        story.say(universe.delist, "TWTR", date(2022, 10, 28))
        story.live(datetime(2022, 10, 31, 15), "TWTR")
        story.live(datetime(2022, 11, 2, 15), "TWTR")
        drop(story)
        with_files = run(own, ("extract", "load", "build", "publish"), Choice((), ("file_drop",)))
        assert with_files.errors == []
        yield story


def test_the_symbol_of_the_day_is_asked_for(story: Story) -> None:
    assert story.asked["2021-12-15"] == {"META", "TWTR"}
    assert story.asked["2022-01-31"] == {"METV"}
    assert story.asked["2022-06-07"] == {"FB", "METV", "AAPL"}
    assert story.asked["2022-06-10"] == {"META", "METV"}


def test_a_renamed_instrument_has_one_unbroken_line_of_bars(story: Story) -> None:
    bars = "from daily_bars where instrument_id = 8"
    assert story.rows(f"select distinct symbol, instrument_id {bars}") == [("META", META)]
    ((held, days, last),) = story.rows(
        f"select count(*), count(distinct session_date), max(session_date) {bars}"
    )
    assert held == days
    assert last == date(2022, 6, 9)
    ((expected,),) = story.rows(
        "select count(*) from trading_sessions where calendar = 'XNAS' and session_date between "
        f"(select min(session_date) {bars}) and '2022-06-09'"
    )
    assert held == expected > 490
    assert story.rows("select * from restatements where instrument_id = 8") == []
    asked = "select distinct symbol from raw.yahoo_bars where symbol in ('FB', 'META') order by 1"
    assert story.rows(asked) == [("FB",), ("META",)]


def test_what_was_built_before_the_rename_is_what_stands_after_it(story: Story) -> None:
    assert len(story.halfway) > 490
    after = story.rows(
        "select * from bar_versions where instrument_id = 8 and provider = 'yahoo' "
        "order by opened_at"
    )
    columns = [
        name
        for (name,) in story.rows(
            "select column_name from information_schema.columns "
            "where table_name = 'bar_versions' order by ordinal_position"
        )
    ]
    price = [columns.index(name) for name in ("opened_at", "open", "high", "low", "close")]
    shown = [[row[place] for place in price] for row in after]
    assert [[row[place] for place in price] for row in story.halfway] == shown[: len(story.halfway)]


def test_a_recycled_symbol_stays_with_each_of_its_holders(story: Story) -> None:
    assert story.rows(
        "select instrument_id, symbol from instruments where instrument_id in (8, 1000001) "
        "order by 1"
    ) == [(META, "META"), (FUND, "METV")]
    ((highest,), (lowest,)) = (
        story.rows("select max(high_raw) from daily_bars where instrument_id = 1000001")[0],
        story.rows("select min(low_raw) from daily_bars where instrument_id = 8")[0],
    )
    assert 0 < highest < 100 < lowest
    last = story.rows("select max(session_date) from daily_bars where instrument_id = 1000001")
    assert last == [(date(2022, 6, 9),)]
    assert story.rows(
        "select instrument_id, symbol, valid_from, valid_to from symbol_history "
        "where provider = 'yahoo' and symbol in ('FB', 'META', 'METV') order by symbol, valid_from"
    ) == [
        (META, "FB", date(2012, 5, 18), date(2022, 6, 9)),
        (FUND, "META", date(1900, 1, 1), date(2022, 1, 31)),
        (META, "META", date(2022, 6, 9), date(9999, 12, 31)),
        (FUND, "METV", date(2022, 1, 31), date(9999, 12, 31)),
    ]


def test_a_delisted_instrument_stays_and_is_asked_for_no_more(story: Story) -> None:
    assert story.asked["2022-10-31"] == {"TWTR"}
    failed = [str(one.outcome) for one in story.reports["2022-10-31"].failures]
    assert set(failed) == {"delisted"}
    assert story.asked["2022-11-02"] == set()
    assert story.rows(
        "select instruments.symbol, is_listed, is_followed, delisted_on, max(session_date) "
        "from instruments inner join daily_bars using (instrument_id) "
        "where instrument_id = 1000002 group by all"
    ) == [("TWTR", False, True, date(2022, 10, 28), date(2022, 10, 25))]


def test_a_symbol_in_a_file_means_who_held_it_on_the_day(story: Story) -> None:
    assert story.rows(
        "select instrument_id, session_date from bar_versions "
        "where provider = 'file_drop' and instrument_id <> 1 order by session_date"
    ) == [
        (FUND, date(2021, 7, 6)),
        (META, date(2022, 6, 3)),
        (META, date(2022, 6, 9)),
    ]
    assert story.rows("select symbol from quarantined_rows where rule = 'unknown_symbol'") == [
        ("FB",)
    ]
    assert len(universe.personal(story.settings.folder)) == 2


def test_each_bar_says_how_its_providers_agree(story: Story) -> None:
    assert story.rows(
        "select class, chosen_provider, other_provider, round(price_ratio, 6), "
        "round(volume_difference, 2) from source_agreement "
        "where instrument_id = 1 and providers = 2 order by opened_at"
    ) == [
        ("agree", "yahoo", "file_drop", None, 0),
        ("basis_differs", "yahoo", "file_drop", 0.5, 0),
        ("volume_only", "yahoo", "file_drop", None, 0.5),
        ("conflict", "yahoo", "file_drop", None, 0),
    ]


def test_the_chosen_bar_is_yahoos_bit_for_bit(story: Story) -> None:
    chosen = story.rows(CHOSEN)
    assert chosen == story.before_the_file
    assert {provider for _, provider, *_ in chosen} == {"yahoo"}
    assert story.rows("select count(*) from bar_versions where provider = 'file_drop'") == [(7,)]


def test_the_universe_as_of_an_instant_names_what_was_known_then(story: Story) -> None:
    own = "where instrument_id in (8, 1000001, 1000002) order by 1"
    asked = "select instrument_id, symbol, delisted_on from universe_as_of(timestamp '{}') " + own
    assert story.rows(asked.format("2021-12-01")) == [(META, "META", None)]
    assert story.rows(asked.format("2021-12-31")) == [
        (META, "META", None),
        (FUND, "META~2021", None),
        (TWITTER, "TWTR", None),
    ]
    assert story.rows(asked.format("2022-12-01")) == [
        (META, "META", None),
        (FUND, "METV", None),
        (TWITTER, "TWTR", date(2022, 10, 28)),
    ]
    everything = "select * from {} order by instrument_id"
    assert story.rows(everything.format("universe_as_of(timestamp '2022-12-01')")) == story.rows(
        everything.format("instruments")
    )
