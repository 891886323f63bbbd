"""What a sweep calls its study and its baseline."""

from __future__ import annotations

from collections.abc import Sequence

from cnnlab.base.errors import ConfigError
from cnnlab.sweeps.points import FOLD, SEED, Point, key_of


def study_name(configured: str | None, points: Sequence[Point]) -> str:
    """Return the study's name: as configured, else made of the keys in which points differ."""
    if configured is not None:
        return configured
    keys = dict.fromkeys(key_of(text) for point in points for text in (*point.swept, point.seed, point.fold) if text)
    repeats = [name for key, name in ((SEED, "seed"), (FOLD, "fold")) if key in keys]
    return "-".join(key for key in keys if key not in (SEED, FOLD)) or next(iter(repeats), "sweep")


def decided_name(name: str) -> str:
    """Return the name of the study that adds seeds until it is decided; it is a study of its own."""
    return f"{name}-decided"


def called_baseline(wanted: str | None, arms: Sequence[str], *, is_typed: bool) -> str | None:
    """Return the name of the baseline; None where there is none, or a study's own was left out of the grid.

    Raises:
        ConfigError: one was typed, and no arm is called so.
    """
    from cnnlab.comparison.arms import arm_called

    try:
        return None if wanted is None else arm_called(wanted, arms)
    except ConfigError:
        if is_typed:
            raise
        return None
