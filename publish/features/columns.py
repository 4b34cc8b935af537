"""Which indicators become features, in which form, and why some do not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from warehouse.errors import UsageError

GROUPS = ("price", "volume", "index")


@dataclass(frozen=True)
class Column:
    """A column of the files: what it is for and, of a feature, how it follows from indicators."""

    name: str
    role: str
    type: str
    meaning: str
    group: str = ""
    expression: str = ""


@dataclass(frozen=True)
class Form:
    """How indicators whose names match become features."""

    names: str
    group: str
    name: str
    expression: str
    scale: str


CLOSE = "nullif(cast(close as double), 0)"
TO_CLOSE = ("{0}_to_close", "{0} / " + CLOSE + " - 1", "a share of the close")
BY_CLOSE = ("{0}_by_close", "{0} / " + CLOSE, "a share of the close")
PLAIN = ("{0}", "cast({0} as double)")
# A later split changes every price level before it; a share of the close it leaves alone.
FORMS = (
    Form(r"(sma|ema)_\d+", "price", *TO_CLOSE),
    Form(r"(bb|keltner|donchian)_(upper|lower)|(keltner|donchian)_middle", "price", *TO_CLOSE),
    Form(r"ichimoku_\w+", "price", *TO_CLOSE),
    Form(r"macd_(line|signal|histogram)|atr_\d+", "price", *BY_CLOSE),
    Form(r"bb_width|bb_position", "price", *PLAIN, "a share of the band or its middle"),
    Form(r"rsi_\d+|stoch_[kd]|(plus_di|minus_di|adx)_\d+", "price", *PLAIN, "0 to 100"),
    Form(r"williams_r_\d+", "price", *PLAIN, "-100 to 0"),
    Form(r"cci_\d+", "price", *PLAIN, "a multiple of its mean distance"),
    Form(r"roc_\d+", "price", *PLAIN, "percent"),
    Form(r"(simple|log)_return|drawdown", "price", *PLAIN, "a fraction"),
    Form(r"(volatility|parkinson)_\d+", "price", *PLAIN, "a fraction, for a year"),
    Form(r"mfi_\d+", "volume", *PLAIN, "0 to 100"),
    Form(r"vwap(_\d+)?", "volume", *TO_CLOSE),
    Form(r"correlation_\d+", "index", *PLAIN, "-1 to 1"),
    Form(r"beta_\d+", "index", *PLAIN, "a multiple of the index's moves"),
)
LEFT_OUT = {
    "obv": "a running total from wherever the history begins; a split changes its level",
    "bb_middle": "the same as the plain mean over its window",
}
KEYS = (
    Column("instrument_id", "key", "bigint", "Instrument the row belongs to (instruments)."),
    Column("symbol", "key", "varchar", "Its symbol, as it was known at the instant."),
    Column("asset_class", "key", "varchar", "stock, etf, index, commodity, bond, crypto or fx."),
    Column("date", "key", "date", "Session date of the row's bar, the newest that it looks at."),
    Column("opened_at", "key", "timestamp", "Open of that bar (UTC)."),
    Column("closed_at", "key", "timestamp", "Close of that bar (UTC): the row exists from then."),
    Column(
        "known_at", "key", "timestamp",
        "When the bar's figures became known as they are here (UTC), at or before the instant.",
    ),
)  # fmt: skip
LABELS = (
    Column(
        "label_date", "key", "date",
        "Date of the last bar that the label looks at; before the split in every train row.",
    ),
    Column("label_return", "label", "double", "close that many bars later / close - 1."),
    Column("label_up", "label", "tinyint", "1 where label_return is above 0, else 0."),
)  # fmt: skip


def features(
    shown: Iterable[str], groups: Sequence[str], meanings: Mapping[str, str]
) -> tuple[list[Column], dict[str, str]]:
    """The features of the groups, in the order of their indicators; what is left out, and why."""
    wrong = [group for group in groups if group not in GROUPS]
    if wrong or not groups:
        raise UsageError(
            f"no such features: {', '.join(wrong) or 'none'}", f"there are {', '.join(GROUPS)}"
        )
    found: list[Column] = []
    left_out: dict[str, str] = {}
    for name in shown:
        form = next((one for one in FORMS if re.fullmatch(one.names, name)), None)
        if name in LEFT_OUT or form is None:
            left_out[name] = LEFT_OUT.get(name, "no form is known that is free of the price level")
        elif form.group in groups:
            found.append(_feature(name, form, meanings.get(name, "")))
    return found, left_out


def _feature(name: str, form: Form, meaning: str) -> Column:
    told = f"{form.scale}. {name}: {meaning}" if meaning else f"{form.scale}."
    return Column(
        form.name.format(name),
        "feature",
        "double",
        told[0].upper() + told[1:],
        form.group,
        form.expression.format(name),
    )
