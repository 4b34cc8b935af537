"""What the indicators signalled in the week; each signal says by which convention."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from publish.report.document import Column, Row, Section, Table
from publish.report.queries import Copy, Found, explain

SQUEEZE_BARS = 126
# Enough bars before the week for the longest look back, holidays included.
LOOK_BACK_DAYS = 300
HIGH, LOW = 70, 30


@dataclass(frozen=True)
class Signal:
    """A condition on a bar's indicators and, as `before_...`, on those of the bar before it."""

    name: str
    needs: tuple[str, ...]
    condition: str
    value: str
    words: str
    shows: str


def section(copy: Copy) -> Section:
    columns = copy.indicators
    signals, lacking = known_signals(columns)
    rows = [row(copy, one) for one in asked(copy, signals)]
    conventions = [
        Row((signal.name, signal.words, told(signal.needs, columns))) for signal in signals
    ]
    if lacking:
        conventions += [Row((name, "not computed in this copy", "")) for name in lacking]
    return Section(
        "signals",
        "Indicator signals",
        "A signal is the bar on which a condition begins to hold, not every bar on which it does; "
        "forming bars give none. The conventions stand beneath.",
        [
            Table(
                "signals",
                "Signals of the week",
                (
                    Column("Date", "date"),
                    Column("Symbol", "name"),
                    Column("Signal"),
                    Column("Value", "value"),
                    Column("Before", "value", "The same on the bar before"),
                    Column("Close", "price"),
                ),
                rows,
                "No indicator signalled anything in this week.",
                sheet="Signals",
            ),
            Table(
                "conventions",
                "Conventions",
                (
                    Column("Signal"),
                    Column("When"),
                    Column("Indicators, as described"),
                ),
                conventions,
                "No indicator is computed in this copy.",
            ),
        ],
    )


def known_signals(columns: dict[str, str]) -> tuple[list[Signal], list[str]]:
    """Those whose indicators the copy has, under whatever windows it was built with."""
    every = possible(columns)
    return (
        [one for one in every if all(name in columns for name in one.needs)],
        [one.name for one in every if not all(name in columns for name in one.needs)],
    )


def possible(columns: dict[str, str]) -> list[Signal]:
    rsi = next((name for name in columns if re.fullmatch(r"rsi_\d+", name)), "rsi_14")
    averages = sorted(
        (name for name in columns if re.fullmatch(r"sma_\d+", name)),
        key=lambda name: int(name.removeprefix("sma_")),
    )
    fast, slow = averages[-2:] if len(averages) > 1 else ("sma_50", "sma_200")
    crossed = f"{fast} less {slow}"
    cross, macd = f"{fast} - {slow}", "macd_histogram"
    before_cross = f"before_{fast} - before_{slow}"
    return [
        Signal(f"RSI rises to {HIGH}", (rsi,), f"before_{rsi} < {HIGH} and {rsi} >= {HIGH}", rsi,
               f"{rsi} is {HIGH} or more and was less on the bar before", rsi),
        Signal(f"RSI falls to {LOW}", (rsi,), f"before_{rsi} > {LOW} and {rsi} <= {LOW}", rsi,
               f"{rsi} is {LOW} or less and was more on the bar before", rsi),
        Signal("MACD crosses up", (macd,), f"before_{macd} <= 0 and {macd} > 0", macd,
               "macd_line is above macd_signal and was not on the bar before", macd),
        Signal("MACD crosses down", (macd,), f"before_{macd} >= 0 and {macd} < 0", macd,
               "macd_line is below macd_signal and was not on the bar before", macd),
        Signal("Golden cross", (fast, slow), f"{before_cross} <= 0 and {cross} > 0", cross,
               f"{fast} is above {slow} and was not on the bar before; value: {crossed}", fast),
        Signal("Death cross", (fast, slow), f"{before_cross} >= 0 and {cross} < 0", cross,
               f"{fast} is below {slow} and was not on the bar before; value: {crossed}", fast),
        Signal("Bollinger squeeze", ("bb_width",), "is_squeezed and not was_squeezed", "bb_width",
               f"bb_width is the least of {SQUEEZE_BARS} bars, this one among them, and was not on "
               "the bar before", "bb_width"),
        Signal("Bollinger break up", ("bb_position",),
               "before_bb_position <= 1 and bb_position > 1", "bb_position",
               "the close is above bb_upper and was not on the bar before; "
               "value: bb_position", "bb_position"),
        Signal("Bollinger break down", ("bb_position",),
               "before_bb_position >= 0 and bb_position < 0", "bb_position",
               "the close is below bb_lower and was not on the bar before; value: bb_position",
               "bb_position"),
    ]  # fmt: skip


def asked(copy: Copy, signals: list[Signal]) -> list[Found]:
    if not signals:
        return []
    return copy.ask(query(signals), since=copy.week.first - timedelta(LOOK_BACK_DAYS))


def query(signals: list[Signal]) -> str:
    needed = sorted({name for signal in signals for name in signal.needs})
    before = "".join(f", lag({name}) over bars as before_{name}" for name in needed)
    squeezed = (
        f", count(bb_width) over newest = {SQUEEZE_BARS} and bb_width = min(bb_width) over newest"
        " as is_squeezed"
        if "bb_width" in needed
        else ", false as is_squeezed"
    )
    shown = " union all ".join(
        f"select *, {place} as place, {signal.value} as value, {of_the_bar_before(signal.value)} "
        f"as value_before from compared where {signal.condition}"
        for place, signal in enumerate(signals)
    )
    names = " ".join(f"when {place} then '{one.name}'" for place, one in enumerate(signals))
    fields = " ".join(f"when {place} then '{one.shows}'" for place, one in enumerate(signals))
    return f"""
        with measured as (
            select instrument_id, symbol, date, close, {", ".join(needed)}{before}{squeezed}
            from technical_indicators
            where date between $since and $last and not is_partial
            window
                bars as (partition by instrument_id order by date),
                newest as (
                    partition by instrument_id order by date
                    rows between {SQUEEZE_BARS - 1} preceding and current row
                )
        ),
        compared as (
            select *, coalesce(
                lag(is_squeezed) over (partition by instrument_id order by date), false
            ) as was_squeezed
            from measured
        )
        select
            instrument_id, symbol, date, close, value, value_before,
            case place {names} end as signal, case place {fields} end as field
        from ({shown})
        where date between $first and $last
        order by date, place, symbol
    """


def of_the_bar_before(expression: str) -> str:
    return re.sub(r"[a-z]+_[a-z0-9]+", r"before_\g<0>", expression)


def told(names: tuple[str, ...], columns: dict[str, str]) -> str:
    return " ".join(f"{name}: {columns[name]}" for name in names)


def row(copy: Copy, one: Found) -> Row:
    run = copy.runs_of_bars.get((one["instrument_id"], one["date"]))
    return Row(
        (
            one["date"],
            one["symbol"],
            one["signal"],
            one["value"],
            one["value_before"],
            one["close"],
        ),
        (run,) if run is not None else (),
        explain(one["symbol"], one["date"], one["field"]),
    )
