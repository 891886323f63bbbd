"""The space of a fair comparison: `fair='optimizer.lr=log(1e-4,1) optimizer.weight_decay=log(1e-6,1e-2)'`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from cnnlab.base.errors import ConfigError, brief
from cnnlab.sweeps.points import FOLD, SEED, Point, key_of
from cnnlab.sweeps.tuning.space import Space, read_space

FAIR = "fair"
EXAMPLE = f"{FAIR}='optimizer.lr=log(1e-4,1)'"
_WORD = re.compile(r"(?:[^\s(\[{]|\([^)]*\)|\[[^\]]*\]|\{[^}]*\})+")


def read_fair(texts: Iterable[str], points: Sequence[Point]) -> Space:
    """Return the space in which arms are tuned.

    Args:
        texts: keys with ranges or lists, spaces between them.
        points: of the whole grid.

    Raises:
        ConfigError: a text is no such thing, or it has a key that the grid gives.
    """
    words = [word for text in texts for word in _WORD.findall(text)]
    if wrong := [word for word in words if not key_of(word) or "=" not in word or "(" in key_of(word)]:
        raise ConfigError(f"{FAIR}: takes keys with ranges or lists, got {brief(wrong[0], str)}. Write {EXAMPLE}.")
    try:
        space = read_space(words)
    except ConfigError as error:
        raise ConfigError(*(f"{FAIR}: {problem}" for problem in error.problems)) from None
    if problems := list(_clashes(space, points)):
        raise ConfigError(*problems)
    return space


def _clashes(space: Space, points: Sequence[Point]) -> Iterable[str]:
    """Yield what is wrong with keys beside those of the grid."""
    swept = {key_of(text) for point in points for text in point.swept}
    for key, axis in space.axes.items():
        if key in (SEED, FOLD):
            yield f"{FAIR}: {key} is not tuned, got {axis.written}. Leave it out: trials have a seed of their own."
        elif key in swept:
            yield f"{FAIR}: {key} is swept, so that it tells arms apart, got {axis.written} too. Leave one of them out."
