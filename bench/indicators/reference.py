"""What indicators have to be: TA-Lib's, and plain loops for those that it lacks."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import talib

from bench.indicators.histories import History, Numbers

NAN = math.nan


def by_talib(one: History) -> dict[str, Numbers]:
    high, low, close, volume = one.high, one.low, one.close, one.volume
    upper, middle, lower = talib.BBANDS(close, 20, 2, 2)
    line, signal, histogram = talib.MACD(close, 12, 26, 9)
    slow_k, slow_d = talib.STOCH(high, low, close, 14, 3, 0, 3, 0)
    return {
        "sma_20": talib.SMA(close, 20),
        "sma_50": talib.SMA(close, 50),
        "sma_200": talib.SMA(close, 200),
        "ema_12": talib.EMA(close, 12),
        "ema_26": talib.EMA(close, 26),
        "macd_line": line,
        "macd_signal": signal,
        "macd_histogram": histogram,
        "rsi_14": talib.RSI(close, 14),
        "bb_upper": upper,
        "bb_middle": middle,
        "bb_lower": lower,
        "atr_14": talib.ATR(high, low, close, 14),
        "keltner_middle": talib.EMA(close, 20),
        "donchian_upper": talib.MAX(high, 20),
        "donchian_lower": talib.MIN(low, 20),
        "plus_di_14": talib.PLUS_DI(high, low, close, 14),
        "minus_di_14": talib.MINUS_DI(high, low, close, 14),
        "adx_14": talib.ADX(high, low, close, 14),
        "stoch_k": slow_k,
        "stoch_d": slow_d,
        "williams_r_14": talib.WILLR(high, low, close, 14),
        "cci_20": talib.CCI(high, low, close, 20),
        "roc_20": talib.ROC(close, 20),
        "obv": talib.OBV(close, volume),
        "mfi_14": talib.MFI(high, low, close, volume, 14),
    }


def by_loops(one: History, index: History) -> dict[str, Numbers]:
    returns = [_log_return(old, new) for old, new in pairwise(one.close)]
    bands = list(_bands(one.close, 20))
    keltner = list(_keltner(one))
    return {
        "bb_width": _column(
            (high - low) / middle if middle else NAN for high, middle, low in bands
        ),
        "bb_position": _column(
            (close - low) / (high - low) if high > low else NAN
            for close, (high, _, low) in zip(one.close, bands, strict=True)
        ),
        "keltner_upper": _column(middle + reach for middle, reach in keltner),
        "keltner_lower": _column(middle - reach for middle, reach in keltner),
        "donchian_middle": _column(_middle(one, at, 20) for at in range(len(one.days))),
        "vwap": (one.high + one.low + one.close) / 3 * np.where(one.volume > 0, 1.0, NAN),
        "vwap_20": _column(_vwap(one, at, 20) for at in range(len(one.days))),
        "ichimoku_conversion": _column(_middle(one, at, 9) for at in range(len(one.days))),
        "ichimoku_base": _column(_middle(one, at, 26) for at in range(len(one.days))),
        "ichimoku_span_a": _column(
            (_middle(one, at - 26, 9) + _middle(one, at - 26, 26)) / 2
            for at in range(len(one.days))
        ),
        "ichimoku_span_b": _column(_middle(one, at - 26, 52) for at in range(len(one.days))),
        "simple_return": _column([NAN, *(new / old - 1 for old, new in pairwise(one.close))]),
        "log_return": _column([NAN, *returns]),
        "volatility_20": _column(
            [NAN, *(_deviation(returns, at, 20) * math.sqrt(252) for at in range(len(returns)))]
        ),
        "parkinson_20": _column(_parkinson(one, at, 20) for at in range(len(one.days))),
        "drawdown": _column(
            close / max(one.close[: at + 1]) - 1 for at, close in enumerate(one.close)
        ),
        **_against(one, index, 60),
    }


def by_tradingview(one: History) -> dict[str, Numbers]:
    """Averages begin with the first value; Wilder's with a plain mean, ranges at the first bar."""
    close = [float(value) for value in one.close]
    changes = [new - old for old, new in pairwise(close)]
    gains = list(_wilder([max(change, 0.0) for change in changes], 14))
    losses = list(_wilder([max(-change, 0.0) for change in changes], 14))
    ranges = [float(one.high[0] - one.low[0])] + [
        float(max(one.high[at], close[at - 1]) - min(one.low[at], close[at - 1]))
        for at in range(1, len(close))
    ]
    line = [f - s for f, s in zip(_average(close, 12), _average(close, 26), strict=True)]
    signal = list(_average(line, 9))
    return {
        "ema_12": _column(_average(close, 12)),
        "ema_26": _column(_average(close, 26)),
        "macd_line": _column(line),
        "macd_signal": _column(signal),
        "macd_histogram": _column(a - b for a, b in zip(line, signal, strict=True)),
        "rsi_14": _column(
            [
                NAN,
                *(
                    100 * gain / (gain + loss) if gain + loss else 100.0 + gain * 0
                    for gain, loss in zip(gains, losses, strict=True)
                ),
            ]
        ),
        "atr_14": _column(_wilder(ranges, 14)),
    }


def _average(values: list[float], over: int) -> Iterator[float]:
    held = values[0]
    for value in values:
        held += 2 / (over + 1) * (value - held)
        yield held


def _wilder(values: list[float], over: int) -> Iterator[float]:
    held = NAN
    for at, value in enumerate(values):
        if at + 1 == over:
            held = math.fsum(values[:over]) / over
        elif at + 1 > over:
            held += (value - held) / over
        yield held


def _log_return(old: float, new: float) -> float:
    """As the column says: rounded to twelve decimals."""
    return round(math.log(new / old), 12)


def _column(values: Iterator[float] | list[float]) -> Numbers:
    return np.array(list(values), dtype=np.float64)


def _bands(close: Numbers, over: int) -> Iterator[tuple[float, float, float]]:
    for at in range(len(close)):
        if at + 1 < over:
            yield NAN, NAN, NAN
            continue
        window = [float(value) for value in close[at + 1 - over : at + 1]]
        middle = math.fsum(window) / over
        spread = math.fsum((value - middle) ** 2 for value in window) / over
        reach = 0.0 if max(window) == min(window) else 2 * math.sqrt(spread)
        yield middle + reach, middle, middle - reach


def _keltner(one: History) -> Iterator[tuple[float, float]]:
    middle = reach = NAN
    ranges: list[float] = []
    for at, close in enumerate(one.close):
        if at:
            before = one.close[at - 1]
            ranges.append(max(one.high[at], before) - min(one.low[at], before))
        if at == 19:
            middle = math.fsum(one.close[:20]) / 20
        elif at > 19:
            middle += 2 / 21 * (close - middle)
        if at == 10:
            reach = math.fsum(ranges) / 10
        elif at > 10:
            reach += (ranges[-1] - reach) / 10
        yield middle, 2 * reach


def _middle(one: History, at: int, over: int) -> float:
    if at + 1 < over:
        return NAN
    return float(max(one.high[at + 1 - over : at + 1]) + min(one.low[at + 1 - over : at + 1])) / 2


def _vwap(one: History, at: int, over: int) -> float:
    window = slice(at + 1 - over, at + 1)
    volume = math.fsum(one.volume[window]) if at + 1 >= over else 0.0
    typical = (one.high[window] + one.low[window] + one.close[window]) / 3
    return math.fsum(typical * one.volume[window]) / volume if volume else NAN


def _deviation(values: list[float], at: int, over: int) -> float:
    if at + 1 < over:
        return NAN
    window = values[at + 1 - over : at + 1]
    mean = math.fsum(window) / over
    return math.sqrt(math.fsum((value - mean) ** 2 for value in window) / (over - 1))


def _parkinson(one: History, at: int, over: int) -> float:
    if at + 1 < over:
        return NAN
    window = range(at + 1 - over, at + 1)
    total = math.fsum(math.log(one.high[n] / one.low[n]) ** 2 for n in window)
    return math.sqrt(total / (4 * over * math.log(2)) * 252)


def _against(one: History, index: History, over: int) -> dict[str, Numbers]:
    of_index = dict(zip(index.days, index.close, strict=True))
    pairs: list[tuple[float, float] | None] = [None]
    for at in range(1, len(one.days)):
        before, now = of_index.get(one.days[at - 1]), of_index.get(one.days[at])
        pairs.append(
            (_log_return(one.close[at - 1], one.close[at]), _log_return(before, now))
            if before and now
            else None
        )
    correlations, betas = [], []
    for at in range(len(pairs)):
        window = [pair for pair in pairs[max(0, at + 1 - over) : at + 1] if pair]
        correlation = beta = NAN
        if len(window) == over:
            own_mean = math.fsum(own for own, _ in window) / over
            its_mean = math.fsum(its for _, its in window) / over
            joint = math.fsum((own - own_mean) * (its - its_mean) for own, its in window)
            own_spread = math.fsum((own - own_mean) ** 2 for own, _ in window)
            its_spread = math.fsum((its - its_mean) ** 2 for _, its in window)
            beta = joint / its_spread
            if any(own != window[0][0] for own, _ in window):
                correlation = joint / math.sqrt(own_spread * its_spread)
        correlations.append(correlation)
        betas.append(beta)
    return {"correlation_60": _column(correlations), "beta_60": _column(betas)}
