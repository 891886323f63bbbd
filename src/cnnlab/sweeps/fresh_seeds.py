"""Seeds over which arms are compared that were found by runs with another seed: a fixed number, or until decided."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from cnnlab.outputs.study_folder import GridRow
from cnnlab.sweeps.designs import Design, Narrator, Standing, grid
from cnnlab.sweeps.points import SEED, Point, key_of
from cnnlab.sweeps.until_decided import UntilDecided

FIRST_APART = 10_000
"""Seed of runs that come before a comparison: a comparison has smaller ones, and at most a thousand."""
BY_DEFAULT = tuple(str(seed) for seed in range(5))


@dataclass(frozen=True)
class FreshSeeds:
    """The seeds of a comparison."""

    of_arm: Mapping[str, Sequence[str]]
    """Arm -> its seeds; where they are added until it is decided, those up to the first look."""
    most: int
    """Seeds that an arm has at most."""
    until: Callable[[Sequence[Point]], UntilDecided] | None = None
    """Makes the conversation that adds seeds; None: they are fixed."""

    @classmethod
    def fixed(cls, points: Sequence[Point]) -> FreshSeeds:
        """Return as many as the points of a grid have, arm by arm; five where they say nothing of them."""
        given = [text.partition("=")[2] for text in points[0].shared if key_of(text) == SEED]
        swept: dict[str, list[str]] = {point.arm: [] for point in points}
        for point in points:
            swept[point.arm] += filter(None, [point.seed.partition("=")[2]])
        of_arm = {arm: tuple(own or given or BY_DEFAULT) for arm, own in swept.items()}
        return cls(of_arm, max(map(len, of_arm.values())))

    @property
    def apart(self) -> int:
        """A seed that none of them is."""
        taken = {seed for seeds in self.of_arm.values() for seed in seeds}
        return next(seed for seed in range(FIRST_APART, FIRST_APART + len(taken) + 1) if str(seed) not in taken)

    def points(self, arms: Sequence[Point]) -> list[Point]:
        """Return the arms, one point each, with every seed that is known beforehand; seeds outermost."""
        places = range(max((len(self.of_arm[arm.arm]) for arm in arms), default=0))
        pairs = [(arm, self.of_arm[arm.arm][i]) for i in places for arm in arms if i < len(self.of_arm[arm.arm])]
        return [replace(arm, seed=f"{SEED}={seed}") for arm, seed in pairs]

    def begin(self, arms: Sequence[Point]) -> tuple[Design, Narrator]:
        """Begin to compare arms, one point each."""
        if self.until is None:
            return grid(self.points(arms)), Standing
        until = self.until(arms)
        return until.design(), until.standing

    def pending(self, arms: Sequence[Point], *, why: str) -> list[GridRow]:
        """Return rows of arms whose settings are not known yet."""
        return [GridRow(point.arm, point.seed.partition("=")[2], "", point.own, why) for point in self.points(arms)]
