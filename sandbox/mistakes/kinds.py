"""The kinds of mistake, the rule that should catch each, and what its severities mean."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.mistakes import strikes
from sandbox.mistakes.strikes import Strike

SEVERITIES = ("mild", "moderate", "severe")
ONE = (1, 1, 1)
DAILY = ("1d",)
INTRADAY = ("1m", "5m", "15m", "30m", "1h")
CURRENCIES = ("CAD", "EUR", "JPY")


@dataclass(frozen=True, slots=True)
class Kind:
    """`sizes` go with the severities and mean what `about` says; `bars` is how many bars from the
    named one on are spoiled. A `late` one only shows from an instant on, so that a bar read before
    is read differently after; one of the `whole_answer` shows in all answers with its bar."""

    rule: str
    about: str
    sizes: tuple[float, float, float]
    strike: Strike
    bars: tuple[int, int, int] = ONE
    intervals: tuple[str, ...] = (*DAILY, *INTRADAY)
    late: bool = False
    whole_answer: bool = False


_FIELDS = (1, 2, 4)
_FEW, _RATIOS = (5, 5, 5), (1.5, 2, 4)

KINDS: dict[str, Kind] = {
    "close_spike": Kind(
        "price_spike", "close off by this share, high or low with it", (0.04, 0.10, 0.30),
        strikes.move_close,
    ),
    "high_wick": Kind(
        "wick_spike", "high this share above the body", (0.04, 0.10, 0.30), strikes.high_wick
    ),
    "low_wick": Kind(
        "wick_spike", "low this share below the body", (0.04, 0.10, 0.30), strikes.low_wick
    ),
    "level_shift": Kind(
        "level_shift", "five bars off by this share", (0.05, 0.12, 0.30), strikes.shift_level, _FEW
    ),
    "unit_switch": Kind(
        "unit_switch", "one bar times or divided by this", (10, 100, 1000), strikes.switch_unit
    ),
    "stale_bar": Kind(
        "stale_bar", "the bar before again, so many times", (1, 3, 6), strikes.repeat_stale,
        (1, 3, 6),
    ),
    "zero_price": Kind(
        "not_finite_or_not_positive", "so many prices are 0, the low first", _FIELDS, strikes.zero
    ),
    "negative_price": Kind(
        "not_finite_or_not_positive", "so many prices below 0, the low first", _FIELDS,
        strikes.negative,
    ),
    "not_finite": Kind(
        "not_finite_or_not_positive", "so many prices NaN, all four infinite", _FIELDS,
        strikes.not_finite,
    ),
    "null_price": Kind(
        "null_bar", "so many prices null beside a volume, the low first", _FIELDS, strikes.null
    ),
    "high_below_low": Kind(
        "price_relations", "high this share below the low", (0.01, 0.10, 0.50),
        strikes.high_below_low,
    ),
    "close_outside_range": Kind(
        "price_relations", "close this share outside high and low", (0.01, 0.05, 0.20),
        strikes.close_outside,
    ),
    "fields_swapped": Kind(
        "price_relations", "1 open and high, 2 high and low, 3 low and volume change places",
        (1, 2, 3), strikes.swap_fields,
    ),
    "off_grid": Kind(
        "off_grid", "stamped so many seconds late", (17, 1037, 10_817), strikes.leave_grid,
        intervals=INTRADAY,
    ),
    "closed_day": Kind(
        "outside_session", "a further bar on the next day without a session, off by this share",
        (0.0, 0.01, 0.05), strikes.on_closed_day,
    ),
    "future_bar": Kind(
        "future_bar", "a further bar so many days after the exchange's clock", (3, 30, 3650),
        strikes.in_future,
    ),
    "duplicate_row": Kind(
        "duplicate_bar", "the row again, so many times", (1, 2, 5), strikes.repeat_row
    ),
    "conflicting_row": Kind(
        "duplicate_bar", "a second row whose close is off by this share", (0.005, 0.02, 0.10),
        strikes.contradict,
    ),
    "missing_bar": Kind(
        "missing_bar", "so many bars left out", (1, 2, 3), strikes.leave_out, (1, 2, 3)
    ),
    "missing_week": Kind(
        "missing_bar", "so many bars left out", (5, 7, 10), strikes.leave_out, (5, 7, 10)
    ),
    "volume_spike": Kind("volume_spike", "volume times this", (8, 25, 100), strikes.volume_times),
    "volume_zero": Kind(
        "volume_zero", "so many bars without volume", (1, 2, 4), strikes.no_volume, (1, 2, 4)
    ),
    "volume_negative": Kind(
        "out_of_range", "volume times this, below 0", (0.01, 1, 100), strikes.negative_volume
    ),
    "too_large": Kind("out_of_range", "high is this", (2e9, 2e12, 2e15), strikes.too_large),
    "foreign_bar": Kind(
        "foreign_bar", "the bar of an instrument about so many times dearer or cheaper",
        (1.3, 2.5, 6), strikes.foreign,
    ),
    "split_unadjusted": Kind(
        "unexplained_split", "five bars not adjusted by a split of this ratio, listed after them",
        _RATIOS, strikes.other_basis, _FEW, DAILY,
    ),
    "basis_switched": Kind(
        "basis_conflict", "five bars read before come back times this ratio, no split listed",
        _RATIOS, strikes.other_basis, _FEW, DAILY, late=True,
    ),
    "final_bar_restated": Kind(
        "final_bar_restated", "close off by this share when read again", (0.002, 0.01, 0.05),
        strikes.move_close, late=True,
    ),
    "interval_mismatch": Kind(
        "interval_mismatch", "daily close off by this share from its hours", (0.005, 0.02, 0.08),
        strikes.move_close, intervals=DAILY,
    ),
    "currency_changed": Kind(
        "currency_changed", "the answer's currency is the n-th of CAD, EUR, JPY", (1, 2, 3),
        strikes.none_of_the_bars, whole_answer=True,
    ),
}  # fmt: skip
