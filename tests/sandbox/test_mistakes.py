"""Every kind of mistake, at each severity, in the answers of a year of fifty instruments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import requests
from yahoo_charts import asking, chart, quotes, stamp

from sandbox import Exchange, Mistake
from sandbox.listings import simulated
from sandbox.mistakes import KINDS, SEVERITIES, scatter
from sandbox.sessions import days_since_epoch, sessions_of

Get = Callable[..., requests.Response]
FIRST, LAST = date(2025, 3, 10), date(2026, 3, 9)
WINDOW = datetime(2025, 3, 10), datetime(2026, 3, 10)
NOW, LATE_AT = datetime(2026, 3, 10, 12), datetime(2026, 3, 10, 18)
LISTINGS = simulated(50)
SCATTERED = scatter(LISTINGS, FIRST, LAST, seed=5, per_kind_and_severity=2, late_at=LATE_AT)
FURTHER_ROWS = ("closed_day", "future_bar", "duplicate_row", "conflicting_row")


@pytest.fixture(scope="module")
def right() -> Iterator[Get]:
    with Exchange(now=NOW, limits=False) as exchange:
        yield asking(exchange)


@pytest.fixture(scope="module")
def mistaken() -> Iterator[Exchange]:
    with Exchange(now=NOW, limits=False, mistakes=SCATTERED) as exchange:
        yield exchange


def rows(result: dict[str, Any]) -> list[tuple[str, ...]]:
    """As text, because a NaN is not equal to itself."""
    columns = [result["timestamp"], *quotes(result).values()]
    columns += [one["adjclose"] for one in result["indicators"]["adjclose"]]
    return [tuple(map(repr, row)) for row in zip(*columns, strict=True)]


def year(get: Get, symbol: str) -> list[tuple[str, ...]]:
    return rows(chart(get, symbol, *WINDOW, interval="1d"))


def spoiled(mistake: Mistake) -> list[str]:
    """The stamps that a mistake can change."""
    sessions = sessions_of(LISTINGS[0])
    first = sessions.dates.searchsorted(days_since_epoch(mistake.opened_at.date()))
    return [repr(int(one) * 60) for one in sessions.opens[first : first + mistake.bars]]


@pytest.mark.parametrize("now", [NOW, LATE_AT])
def test_what_differs_from_the_right_answer_is_labelled_and_what_is_labelled_differs(
    right: Get, mistaken: Exchange, now: datetime
) -> None:
    mistaken.set_clock(now)
    by_symbol: dict[str, list[Mistake]] = {listing.symbol: [] for listing in LISTINGS}
    for mistake in SCATTERED:
        by_symbol[mistake.symbol].append(mistake)
    for symbol, mistakes in by_symbol.items():
        good, bad = Counter(year(right, symbol)), Counter(year(asking(mistaken), symbol))
        lost, new = {row[0] for row in good - bad}, [row[0] for row in bad - good]
        explained: set[str] = set()
        for mistake in mistakes:
            own = set(spoiled(mistake))
            late = mistake.active_at is not None and mistake.active_at > now
            if late or mistake.kind == "currency_changed":
                assert not own & lost, mistake
                continue
            if mistake.kind in FURTHER_ROWS:
                assert not own & lost, mistake
                assert new, mistake
                explained |= set(new) if mistake.kind in ("closed_day", "future_bar") else own
                continue
            assert own == lost & own, mistake
            explained |= own
        assert lost <= explained, symbol
        assert set(new) <= explained, symbol


@pytest.mark.parametrize("days", [3, 11, 40])
def test_the_same_mistake_shows_whatever_window_is_asked_for(mistaken: Exchange, days: int) -> None:
    mistaken.set_clock(NOW)
    get = asking(mistaken)
    for symbol in ("SIM003", "SIM017", "SIM031"):
        whole = [row for row in year(get, symbol) if row[0] < repr(stamp(WINDOW[1]))]
        pieces: list[tuple[str, ...]] = []
        start = WINDOW[0]
        while start < WINDOW[1]:
            until = min(start + timedelta(days=days), WINDOW[1])
            result = chart(get, symbol, start, until - timedelta(seconds=1), interval="1d")
            pieces += rows(result) if "timestamp" in result else []
            start = until
        future = [row for row in pieces if row[0] >= repr(stamp(WINDOW[1]))]
        assert sorted(set(pieces) - set(future)) == sorted(set(whole))


def struck(kind: str, severity: str, *, interval: str = "1d") -> tuple[Any, Any]:
    """One stock's answers around a mistake, the right one and the mistaken one."""
    opened_at = {"1d": datetime(2026, 2, 11, 14, 30), "1h": datetime(2026, 2, 11, 15, 30)}[interval]
    mistake = Mistake("SIM007", interval, opened_at, kind, severity)
    window = datetime(2026, 2, 2), datetime(2026, 2, 27)
    answers = []
    for mistakes in ([], [mistake]):
        with Exchange(now=NOW, mistakes=mistakes) as exchange:
            answers.append(
                chart(asking(exchange), "SIM007", *window, interval=interval, events="splits")
            )
    return answers[0], answers[1]


PLACE = 7  # of 2026-02-11 among the sessions from 2026-02-02 on


def cell(result: dict[str, Any], name: str, place: int = PLACE) -> Any:
    return quotes(result)[name][place]


@pytest.mark.parametrize("kind", ["close_spike", "final_bar_restated", "interval_mismatch"])
def test_a_close_is_off_by_its_size_and_inside_its_range(kind: str) -> None:
    for severity, size in zip(SEVERITIES, KINDS[kind].sizes, strict=True):
        good, bad = struck(kind, severity)
        moved = cell(bad, "close") / cell(good, "close") - 1
        assert abs(moved) == pytest.approx(size, rel=1e-5)
        assert cell(bad, "low") <= cell(bad, "close") <= cell(bad, "high")
        assert cell(bad, "open") == cell(good, "open")


def test_wicks_reach_out_by_their_size() -> None:
    for severity, size in zip(SEVERITIES, KINDS["high_wick"].sizes, strict=True):
        _, up = struck("high_wick", severity)
        body = cell(up, "open"), cell(up, "close")
        assert cell(up, "high") == pytest.approx(max(body) * (1 + size), rel=1e-6)
        _, down = struck("low_wick", severity)
        assert cell(down, "low") == pytest.approx(min(body) * (1 - size), rel=1e-6)


def test_a_level_shifts_for_five_bars_and_returns() -> None:
    good, bad = struck("level_shift", "severe")
    ratios = [
        one / other for one, other in zip(quotes(bad)["low"], quotes(good)["low"], strict=True)
    ]
    assert ratios[:PLACE] + ratios[PLACE + 5 :] == [1] * (len(ratios) - 5)
    assert ratios[PLACE : PLACE + 5] == pytest.approx([ratios[PLACE]] * 5, rel=1e-6)
    assert abs(ratios[PLACE] - 1) == pytest.approx(0.3, rel=1e-5)


def test_a_unit_switches_by_tens() -> None:
    for severity, size in zip(SEVERITIES, KINDS["unit_switch"].sizes, strict=True):
        good, bad = struck("unit_switch", severity)
        ratio = cell(bad, "open") / cell(good, "open")
        assert max(ratio, 1 / ratio) == pytest.approx(size, rel=1e-5)


def test_a_stale_bar_is_the_bar_before() -> None:
    _, bad = struck("stale_bar", "moderate")
    for values in quotes(bad).values():
        assert values[PLACE : PLACE + 3] == [values[PLACE - 1]] * 3
        assert values[PLACE + 3] != values[PLACE - 1]


@pytest.mark.parametrize(
    ("kind", "is_bad"),
    [
        ("zero_price", lambda value: value == 0),
        ("negative_price", lambda value: value < 0),
        ("not_finite", lambda value: value != value or value == float("inf")),
        ("null_price", lambda value: value is None),
    ],
)
def test_so_many_prices_are_no_prices(kind: str, is_bad: Callable[[Any], bool]) -> None:
    for severity, count in zip(SEVERITIES, (1, 2, 4), strict=True):
        _, bad = struck(kind, severity)
        found = [is_bad(cell(bad, name)) for name in ("open", "high", "low", "close")]
        assert sum(found) == count
        assert cell(bad, "volume") > 0


@pytest.mark.parametrize("kind", ["high_below_low", "close_outside_range", "fields_swapped"])
def test_prices_contradict_each_other(kind: str) -> None:
    for severity in SEVERITIES:
        _, bad = struck(kind, severity)
        others = [cell(bad, name) for name in ("open", "close")]
        assert cell(bad, "high") < max(others) or cell(bad, "low") > min(others)


def test_a_stamp_leaves_the_grid() -> None:
    for severity, late in zip(SEVERITIES, KINDS["off_grid"].sizes, strict=True):
        good, bad = struck("off_grid", severity, interval="1h")
        (moved,) = set(bad["timestamp"]) - set(good["timestamp"])
        (left,) = set(good["timestamp"]) - set(bad["timestamp"])
        assert moved - left == late


def test_further_bars_stand_on_a_closed_day_and_in_the_future() -> None:
    good, bad = struck("closed_day", "mild")
    (extra,) = set(bad["timestamp"]) - set(good["timestamp"])
    assert extra == stamp(datetime(2026, 2, 14, 14, 30))
    for severity, days in zip(SEVERITIES, KINDS["future_bar"].sizes, strict=True):
        good, bad = struck("future_bar", severity)
        (extra,) = set(bad["timestamp"]) - set(good["timestamp"])
        assert 0 <= extra - stamp(NOW) - days * 86_400 < 86_400 * 2


def test_a_row_comes_again_alike_or_differently() -> None:
    good, bad = struck("duplicate_row", "severe")
    assert Counter(rows(bad)) - Counter(rows(good)) == Counter({rows(good)[PLACE]: 5})
    good, bad = struck("conflicting_row", "moderate")
    assert rows(good)[PLACE] in rows(bad)
    (other,) = Counter(rows(bad)) - Counter(rows(good))
    assert other[0] == rows(good)[PLACE][0]


def test_bars_are_left_out() -> None:
    for kind in ("missing_bar", "missing_week"):
        for severity, count in zip(SEVERITIES, KINDS[kind].bars, strict=True):
            good, bad = struck(kind, severity)
            assert bad["timestamp"] == (
                good["timestamp"][:PLACE] + good["timestamp"][PLACE + count :]
            )


def test_volumes_are_too_large_none_or_negative() -> None:
    good, bad = struck("volume_spike", "severe")
    assert cell(bad, "volume") == 100 * cell(good, "volume")
    good, bad = struck("volume_zero", "severe")
    volumes = quotes(bad)["volume"]
    assert volumes[PLACE : PLACE + 4] == [0] * 4
    assert 0 not in volumes[:PLACE] + volumes[PLACE + 4 :]
    assert cell(struck("volume_negative", "moderate")[1], "volume") == -cell(good, "volume")
    assert cell(struck("too_large", "mild")[1], "high") > 1e9


def test_a_foreign_bar_is_another_instruments() -> None:
    for severity, ratio in zip(SEVERITIES, KINDS["foreign_bar"].sizes, strict=True):
        good, bad = struck("foreign_bar", severity)
        found = cell(bad, "close") / cell(good, "close")
        assert max(found, 1 / found) == pytest.approx(ratio, rel=0.3)
        assert cell(bad, "volume") != cell(good, "volume")


def test_a_stretch_is_left_out_of_a_listed_split() -> None:
    good, bad = struck("split_unadjusted", "moderate")
    stretch = slice(PLACE, PLACE + 5)
    assert quotes(bad)["close"][stretch] == [2 * one for one in quotes(good)["close"][stretch]]
    assert quotes(bad)["close"][:PLACE] == quotes(good)["close"][:PLACE]
    (split,) = bad["events"]["splits"].values()
    assert split["splitRatio"] == "2:1"
    assert split["date"] == bad["timestamp"][PLACE + 5]
    assert "events" not in good


def test_another_basis_comes_without_a_split() -> None:
    good, bad = struck("basis_switched", "severe")
    assert cell(bad, "close") == pytest.approx(4 * cell(good, "close"), rel=1e-6)
    assert "events" not in bad


def test_the_currency_of_an_answer_changes() -> None:
    assert struck("currency_changed", "moderate")[1]["meta"]["currency"] == "EUR"
    assert struck("currency_changed", "moderate")[0]["meta"]["currency"] == "USD"


def test_a_daily_mistake_is_in_daily_answers_alone() -> None:
    mistake = Mistake("SIM007", "1d", datetime(2026, 2, 11, 14, 30), "close_spike", "severe")
    window = datetime(2026, 2, 11), datetime(2026, 2, 12)
    answers = []
    for mistakes in ([], [mistake]):
        with Exchange(now=NOW, mistakes=mistakes) as exchange:
            answers.append(chart(asking(exchange), "SIM007", *window, interval="1h"))
    assert answers[0]["indicators"] == answers[1]["indicators"]


@pytest.mark.parametrize(
    ("kind", "severity", "interval"),
    [("nothing", "mild", "1d"), ("close_spike", "huge", "1d"), ("off_grid", "mild", "1d")],
)
def test_a_mistake_that_cannot_be_is_refused(kind: str, severity: str, interval: str) -> None:
    with pytest.raises(ValueError, match="mistake"):
        Mistake("SIM001", interval, NOW, kind, severity)
