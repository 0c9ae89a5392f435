"""Words and numbers in a figure: how they are written, how wide they are, where they break."""

from __future__ import annotations

import math
import re
from functools import cache
from typing import Final

from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextToPath

from bayes_rsa.plots.style import SIZE

MINUS: Final = "\u2212"


def decimal(value: float, places: int) -> str:
    """A number with this many decimals, a real minus sign, and a sign for infinity."""
    if math.isnan(value):
        return "\u2013"
    if math.isinf(value):
        return "\u221e" if value > 0 else f"{MINUS}\u221e"
    written = f"{value:.{places}f}"
    # No "-0.00".
    written = written.removeprefix("-") if float(written) == 0 else written
    return written.replace("-", MINUS)


def short(value: float) -> str:
    """A number as briefly as it can be written, for ticks: ``0.5``, ``2``, ``10``."""
    return f"{value:.10g}".replace("-", MINUS)


def places(error: float, most: int) -> int:
    """Decimals whose unit is not smaller than the Monte Carlo error; ``most`` at most."""
    if error <= 0:
        return most
    return min(most, max(0, math.floor(-math.log10(error))))


def effect(value: float, error: float = 0.0) -> str:
    """An effect with two decimals, fewer where it is large or its error is; more where tiny."""
    size = abs(value)
    if not math.isfinite(value) or size == 0:
        return decimal(value, 2)
    most = 2 if size < 9.995 else 1 if size < 99.95 else 0
    if size < 0.095:
        most = min(6, 1 - math.floor(math.log10(size)))
    return decimal(value, places(error, most))


def probability(value: float, error: float = 0.0) -> str:
    """A probability with the digits that its error allows, three at most; never 0 or 1."""
    digits = max(1, places(error, 3))
    smallest = 10.0**-digits
    if value < smallest / 2:
        return f"<{decimal(smallest, digits)}"
    if value > 1 - smallest / 2:
        return f">{decimal(1 - smallest, digits)}"
    return decimal(value, digits)


def estimate(value: float, limits: tuple[float, float], error: float = 0.0) -> str:
    """An effect with its interval: ``2.08 (1.06 to 4.20)``."""
    if math.isnan(value):
        return "not estimable"
    centre = effect(value, error)
    if any(math.isnan(x) for x in limits):
        return f"{centre} (no interval)"
    return f"{centre} ({interval(limits, error)})"


def interval(limits: tuple[float, float], error: float = 0.0) -> str:
    """Both limits in words: ``1.06 to 4.20``."""
    low, high = limits
    return f"{'0' if low == 0 else effect(low, error)} to {effect(high, error)}"


def minus(words: str) -> str:
    """Text with real minus signs before its numbers."""
    return re.sub(r"-(?=[0-9.])", MINUS, words)


def capital(words: str) -> str:
    """Words with a capital, to begin a line."""
    return f"{words[:1].upper()}{words[1:]}"


def percent(share: float) -> str:
    """A share as a percentage: ``95%``."""
    return f"{100 * share:.4g}%"


@cache
def _outlines() -> TextToPath:
    return TextToPath()


@cache
def text_width(words: str, size: float = SIZE, *, bold: bool = False) -> float:
    """Width of a line of text, in inches."""
    font = FontProperties(family=["DejaVu Sans"], size=size, weight="bold" if bold else "normal")
    width, _, _ = _outlines().get_text_width_height_descent(words, font, ismath=False)
    return float(width) / 72


def wrap(words: str, width: float, size: float = SIZE, *, bold: bool = False) -> list[str]:
    """Break text into lines of at most ``width`` inches, between words where it can be."""
    lines: list[str] = []
    for word in words.split():
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(joined, size, bold=bold) <= width:
            lines[-1] = joined
            continue
        lines.extend(_pieces(word, width, size, bold=bold))
    return lines or [""]


def _pieces(word: str, width: float, size: float, *, bold: bool) -> list[str]:
    """A word, cut where it is wider than a line."""
    pieces = [""]
    for letter in word:
        if pieces[-1] and text_width(pieces[-1] + letter, size, bold=bold) > width:
            pieces.append(letter)
        else:
            pieces[-1] += letter
    return pieces
