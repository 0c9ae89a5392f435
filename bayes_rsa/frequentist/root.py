"""Root of a monotone function, bracketed."""

from __future__ import annotations

import math
from collections.abc import Callable

__all__ = ["bracketed_root", "monotone_root"]

_MAX_STEPS = 500


def bracketed_root(f: Callable[[float], float], low: float, high: float) -> float:
    """Root of `f` between two points at which its signs differ.

    False position with the Illinois correction, and bisection whenever a step does not halve the
    bracket soon enough; ends at the resolution of double precision.

    Parameters
    ----------
    f
        Continuous function with one sign change in ``[low, high]``; may be infinite at the ends.
    low, high
        The bracket.

    Returns
    -------
    float
        The root.
    """
    f_low, f_high = f(low), f(high)
    if f_low == 0.0:
        return low
    if f_high == 0.0:
        return high
    width = abs(high - low)
    for step in range(_MAX_STEPS):
        middle = low + (high - low) / 2.0
        guess = middle
        if step % 3 != 2 and math.isfinite(f_low) and math.isfinite(f_high):
            guess = (low * f_high - high * f_low) / (f_high - f_low)
            if not min(low, high) < guess < max(low, high):
                guess = middle
        f_guess = f(guess)
        if f_guess == 0.0:
            return guess
        if (f_guess > 0.0) == (f_high > 0.0):
            high, f_high, f_low = guess, f_guess, f_low / 2.0
        else:
            low, f_low, f_high = guess, f_guess, f_high / 2.0
        width = abs(high - low)
        if width <= 4e-16 * max(abs(low), abs(high), 1e-300):
            break
    return low + (high - low) / 2.0


def monotone_root(f: Callable[[float], float], start: float, step: float) -> float:
    """Root of a monotone function on the real line, given a guess and its scale.

    Parameters
    ----------
    f
        Continuous and strictly monotone, with a root.
    start
        A guess.
    step
        A positive length, of the order of the guess's error.

    Returns
    -------
    float
        The root.
    """
    low, high = start - step, start + step
    while (f(low) > 0.0) == (f(high) > 0.0):
        step *= 2.0
        low, high = start - step, start + step
    return bracketed_root(f, low, high)
