"""What arms cost: whether their times differ by more than chance makes them."""

from __future__ import annotations

from collections.abc import Sequence

from cnnlab.comparison.verdicts import Result

ALIKE = 0.1
"""Of the mean time: where every arm has one run, times nearer to each other than this are taken for alike."""


def times_differ(results: Sequence[Result]) -> bool:
    """Tell whether the arms' mean times of training lie further apart than the runs of any one arm do."""
    of_arms = [found for result in results if (found := _seconds(result))]
    if len(of_arms) < 2:
        return False
    means = [sum(own) / len(own) for own in of_arms]
    scatter = [max(own) - min(own) for own in of_arms if len(own) > 1]
    return max(means) - min(means) > max(scatter, default=ALIKE * sum(means) / len(means))


def _seconds(result: Result) -> list[float]:
    return [seconds for run in result.arm.finished if (seconds := run.seconds("train")) is not None]


def alike(results: Sequence[Result]) -> str | None:
    """Say why times are not shown as what tells arms apart; None where they differ, or are not known of two arms."""
    means = [result.seconds for result in results if result.seconds is not None]
    if len(means) < 2 or times_differ(results):
        return None
    ends = f"{min(means):.1f} to {max(means):.1f} s"
    return f"Seconds of training are no axis here: arms differ in them ({ends}) by no more than runs of one arm do."
