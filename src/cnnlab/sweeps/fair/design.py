"""A fair comparison as a design: all arms are tuned at once, with as many trials, then compared over fresh seeds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from cnnlab.base.texts import cut_middle, quantity
from cnnlab.sweeps.designs import Design, Ended, Narrator, Standing, in_step
from cnnlab.sweeps.fair.arms import FairArm
from cnnlab.sweeps.fresh_seeds import FreshSeeds
from cnnlab.sweeps.points import Point

_NAME = 32  # columns


@dataclass
class Fair:
    """The conversation of a fair comparison.

    Args:
        arms: these.
        seeds: over which they are compared.
        untuned: arms as they are typed, with seeds; they are trained beside the trials, on whose results nothing of
            them depends.
    """

    arms: Sequence[FairArm]
    seeds: FreshSeeds
    untuned: Sequence[Point] = ()
    beside: list[Ended] = field(default_factory=list, init=False)
    """What became of untuned arms."""
    _compared: Narrator | None = field(default=None, init=False)

    def design(self) -> Design:
        """Ask for trials of all arms, round after round, then for what is compared."""
        searches = [arm.tuning.search() for arm in self.arms if arm.tuning is not None]
        yield from in_step([*searches, self._untuned()])
        comparison, self._compared = self.seeds.begin([arm.settled for arm in self.arms])
        yield from comparison

    def _untuned(self) -> Design:
        self.beside = yield list(self.untuned)

    @property
    def is_tuned(self) -> bool:
        """Whether all values are chosen."""
        return self._compared is not None

    def standing(self) -> Standing:
        """Return a line an arm: what was chosen so far; and how many runs may follow."""
        if self._compared is not None:
            return self._compared()
        left = sum(arm.tuning.sampler.num_left for arm in self.arms if arm.tuning is not None)
        num_more = left + len(self.arms) * self.seeds.most
        tried = max((len(arm.tuning.tried) for arm in self.arms if arm.tuning is not None), default=0)
        lines = [f"tuned    with {quantity(tried, 'trial')} an arm", *map(_line, self.arms)] if tried else []
        return Standing(tuple(lines), num_more, "settings are chosen by what comes of these")


def _line(arm: FairArm) -> str:
    name = f"  {cut_middle(arm.point.arm, _NAME):{_NAME}}"
    best = None if arm.tuning is None else arm.tuning.best
    if best is None or best.accuracy is None:
        return f"{name}  {'is not tuned' if arm.tuning is None else 'no trial has a result'}"
    values = " ".join(f"{key}={value}" for key, value in arm.chosen.items())
    return f"{name}  {100 * best.accuracy:5.1f} % on validation  {values}"
