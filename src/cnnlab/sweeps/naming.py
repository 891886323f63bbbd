"""What a sweep calls its study and its baseline."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from cnnlab.base.errors import ConfigError
from cnnlab.base.printing import tell
from cnnlab.sweeps.points import FOLD, SEED, Point, key_of


def study_name(configured: str | None, points: Sequence[Point]) -> str:
    """Return the study's name: as configured, else made of the keys in which points differ.

    One over folds is a study of its own: where it took the place of one over seeds, nobody knew which seeds were seen.
    """
    keys = dict.fromkeys(key_of(text) for point in points for text in (*point.swept, point.seed, point.fold) if text)
    name = "-".join(key for key in keys if key not in (SEED, FOLD)) if configured is None else configured
    if FOLD in keys:
        return f"{name}-fold" if name else "fold"
    return name if name or configured is not None else SEED if SEED in keys else "sweep"


def decided_name(name: str) -> str:
    """Return the name of the study that adds seeds until it is decided; it is a study of its own."""
    return f"{name}-decided"


def baseline_of(command: str, wanted: str | None, arms: Sequence[str]) -> str | None:
    """Return the name of a sweep's baseline, None where there is none; say so where a study's own is not in the grid.

    Raises:
        ConfigError: one was typed, and no arm is called so.
    """
    is_typed = any(word.startswith("baseline=") for word in shlex.split(command))
    found = called_baseline(wanted, arms, is_typed=is_typed)
    if wanted is not None and found is None:
        tell(f"note     baseline: no arm '{wanted}' in this grid; so the question is which arm is the best")
    return found


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
