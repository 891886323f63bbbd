"""Intervals of a share, from counts alone; no NumPy, since every run that is found finished shows one."""

from __future__ import annotations


def wilson_interval(hits: int, number: int) -> tuple[float, float]:
    """Return the 95 % interval of a share of which `hits` of `number` trials were seen (Wilson 1927).

    (p + z^2 / 2n -+ z sqrt(p (1 - p) / n + z^2 / 4n^2)) / (1 + z^2 / n), z = 1.96; unlike p -+ z sqrt(p (1 - p) / n) it
    holds for few trials and at the ends, and never leaves [0, 1].
    """
    z, p = 1.959964, hits / number
    middle, half = p + z**2 / (2 * number), z * (p * (1 - p) / number + z**2 / (4 * number**2)) ** 0.5
    scale = 1 + z**2 / number
    return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)
