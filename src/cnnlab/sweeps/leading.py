"""Which design leads a sweep: a grid, until=decided, halving=true, or fair=."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cnnlab.sweeps.checked import Compose
from cnnlab.sweeps.designs import Conversation
from cnnlab.sweeps.points import Point
from cnnlab.sweeps.steering import begin, first_composed, read_steering, written_steering


def begin_sweep(
    points: Sequence[Point], compose: Compose, typed: Mapping[str, str], *, fair: Sequence[str] = ()
) -> Conversation:
    """Return the conversation that the points, and what is typed and configured beside them, ask for.

    Args:
        points: of the grid.
        compose: makes a point's configuration.
        typed: key -> word of the command line.
        fair: texts of `fair=`.

    Raises:
        ConfigError: a value is wrong, or keys do not go together.
    """
    if fair:
        from cnnlab.sweeps.fair.beginning import begin_fair  # other sweeps need none of it

        return begin_fair(points, fair, compose, typed)
    if read_steering(written_steering(first_composed(points, compose), typed), typed=typed).halving:
        from cnnlab.sweeps.halving.beginning import begin_halving  # likewise

        return begin_halving(points, compose, typed)
    return begin(points, compose, typed)
