"""An arm of a fair comparison: what it searches, and what it is once its values are chosen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from cnnlab.outputs.fair_tuning import TunedArm
from cnnlab.outputs.study_folder import GridRow
from cnnlab.sweeps.designs import Ended
from cnnlab.sweeps.points import SEED, Point, key_of
from cnnlab.sweeps.tuning.design import Tuning
from cnnlab.sweeps.tuning.space import Space

_QUIET = "plots=false"
"""Of trials: there are many, and the comparison draws its own runs."""

_UNTUNED = "untuned"


@dataclass(frozen=True)
class FairArm:
    """An arm and its search."""

    point: Point
    """The arm as it is typed, without a seed."""
    tuning: Tuning | None
    """Its search; None: it has no key of the space."""
    without: tuple[str, ...] = ()
    """Keys of the space that it does not have."""
    epochs: int | None = None
    """Of each of its runs; None: not known."""

    @property
    def chosen(self) -> Mapping[str, str]:
        """The values of its best trial; none before there is one."""
        best = None if self.tuning is None else self.tuning.best
        return {} if best is None else best.trial.values

    @property
    def settled(self) -> Point:
        """The arm with the chosen values in place of its own, under its name."""
        point = without(self.point, self.chosen)
        values = tuple(f"{key}={value}" for key, value in self.chosen.items())
        return replace(point, arm_overrides=(*point.arm_overrides, *values))

    def told(self) -> TunedArm:
        """Return how it was tuned so far, for the study's files."""
        if self.tuning is None:
            return TunedArm(self.point.arm, without=self.without, epochs=self.epochs)
        axes, best = self.tuning.space.axes, self.tuning.best
        return TunedArm(
            self.point.arm,
            values=self.chosen,
            edges={key: axes[key].written for key in self.tuning.space.edges(self.chosen)},
            without=self.without,
            ended=dict(Counter(one.status for one in self.tuning.tried)),
            epochs=self.epochs,
            val_accuracy=None if best is None else best.accuracy,
        )


def searched(point: Point, space: Space) -> Point:
    """Return what all trials of an arm share."""
    base = without(point, (*space.axes, key_of(_QUIET), SEED))
    return replace(base, shared=(*base.shared, _QUIET))


def untuned(point: Point) -> Point:
    """Return an arm as it is typed under a name of its own: the tuned one has its."""
    return replace(point, arm_name=f"{_UNTUNED} {point.arm_name}".strip())


def untuned_row(ended: Ended) -> GridRow:
    """Return the row of untuned.csv of such a point."""
    name, (_, _, seed) = ended.point.arm.removeprefix(f"{_UNTUNED} "), ended.point.seed.partition("=")
    return GridRow(name, seed, ended.run_id, ended.point.own, "" if ended.run_id else "it is no valid run")


def without(point: Point, keys: Collection[str]) -> Point:
    """Return a point without what it says of some keys."""
    arm_overrides, shared = (
        tuple(text for text in texts if key_of(text) not in keys) for texts in (point.arm_overrides, point.shared)
    )
    return replace(point, arm_overrides=arm_overrides, shared=shared)
