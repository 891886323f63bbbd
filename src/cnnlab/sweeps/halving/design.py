"""Successive halving as a design: stages of more and more epochs for fewer and fewer arms, then the comparison."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from cnnlab.base.texts import quantity
from cnnlab.outputs.halving_file import Halved, HalvedArm
from cnnlab.outputs.summary_file import figure
from cnnlab.sweeps.designs import Design, Ended, Narrator, Standing
from cnnlab.sweeps.fresh_seeds import FreshSeeds
from cnnlab.sweeps.points import SEED, Point, key_of

LEFT = 4
"""Arms that are compared, at most: halving ends there."""
EPOCHS = "epochs"


def stages_of(num_arms: int, epochs: int, eta: int) -> tuple[int, ...]:
    """Return the epochs of each stage: epochs / eta ** k, until so few arms are left that they can be compared."""
    num, left = 0, num_arms
    while left > LEFT and epochs // eta ** (num + 1) >= 1:
        num, left = num + 1, math.ceil(left / eta)
    return tuple(epochs // eta**k for k in range(num, 0, -1))


@dataclass
class Halving:
    """The conversation of a study whose arms are halved.

    Args:
        arms: one point each, without a seed.
        stages: epochs of each.
        eta: one arm of so many goes on.
        seeds: over which those left are compared.
        baseline: arm that goes on in any case; None: there is none.
        continued: names of arms whose run of a stage goes on where that of the stage before has ended, with the bits
            that it has anyway; those of others begin anew.
        could_continue: whether others would, with another schedule.
    """

    arms: Sequence[Point]
    stages: Sequence[int]
    eta: int
    seeds: FreshSeeds
    baseline: str | None = None
    continued: Collection[str] = ()
    could_continue: bool = False
    _accuracies: dict[str, list[float | None]] = field(default_factory=dict, init=False)
    _fell: dict[str, int] = field(default_factory=dict, init=False)
    _runs: dict[str, list[str]] = field(default_factory=dict, init=False)
    """Those of an arm that have ended, in the order of the stages."""
    _compared: Narrator | None = field(default=None, init=False)

    def design(self) -> Design:
        """Ask for the stages, then for what is compared."""
        left = list(self.arms)
        for epochs in self.stages:
            ended = yield [self._in_stage(arm, epochs) for arm in left]
            left = self._going_on(left, ended, epochs)
        comparison, self._compared = self.seeds.begin(left)
        yield from comparison

    def _going_on(self, arms: Sequence[Point], ended: Sequence[Ended], epochs: int) -> list[Point]:
        """Take down how a stage ended, and return the arms that go on, in the order typed."""
        ranks = {}
        for arm, one in zip(arms, ended):
            self._runs.setdefault(arm.arm, []).append(one.run_id)
            is_finished = one.status == "finished"
            accuracy = figure(one.summary, "val.accuracy") if is_finished else None
            loss = figure(one.summary, "val.loss") if is_finished else None
            self._accuracies.setdefault(arm.arm, []).append(accuracy)
            if accuracy is not None:
                ranks[arm.arm] = accuracy, -math.inf if loss is None else -loss
        best = sorted(ranks, key=lambda name: ranks[name], reverse=True)[: math.ceil(len(arms) / self.eta)]
        wanted = {*best, *([self.baseline] if self.baseline is not None else [])}
        self._fell |= {arm.arm: epochs for arm in arms if arm.arm not in wanted}
        return [arm for arm in arms if arm.arm in wanted]

    @property
    def is_halved(self) -> bool:
        """Whether it is known which arms are compared."""
        return self._compared is not None

    @property
    def spent(self) -> set[str]:
        """Runs of stages with which none begins any more."""
        going = {name: runs[-1] for name, runs in self._runs.items() if name not in self._fell and not self.is_halved}
        return {run for runs in self._runs.values() for run in runs if run} - set(going.values())

    def told(self) -> Halved:
        """Return how far each arm came, for the study's files."""
        arms = [HalvedArm(a.arm, self._accuracies.get(a.arm, []), self._fell.get(a.arm)) for a in self.arms]
        return Halved(self.eta, self.seeds.apart, self.stages, arms)

    def standing(self) -> Standing:
        """Return how many arms are left; and how many runs may follow."""
        if self._compared is not None:
            return self._compared()
        done, sizes = max(map(len, self._accuracies.values()), default=0), [len(self.arms) - len(self._fell)]
        told = f"halved   {sizes[0]} of {len(self.arms)} arms go on after {quantity(self.stages[done - 1], 'epoch')}"
        for _ in self.stages[done:]:
            sizes.append(math.ceil(sizes[-1] / self.eta))  # stages that follow, then those that are compared
        num_more = sum(sizes[1:-1]) + sizes[-1] * self.seeds.most
        return Standing((told,) if done else (), num_more, "the better arms go on", (self._budget,))

    @property
    def _budget(self) -> str:
        """What the stages take, and how much of it is not trained again where arms go on."""
        sizes = [math.ceil(len(self.arms) / self.eta**place) for place in range(len(self.stages))]
        epochs = sum(size * num for size, num in zip(sizes, self.stages))
        head = f"stages   {', '.join(map(str, self.stages))} epochs: {epochs} in all"
        going = len(self.continued) or len(self.arms)
        if not (saved := sum(min(size, going) * num for size, num in zip(sizes[1:], self.stages))):
            return head
        if not self.continued:
            return f"{head}; scheduler=constant would save {saved} of them" if self.could_continue else head
        return f"{head}, {'' if going == len(self.arms) else 'at most '}{saved} of which are not trained again"

    def _in_stage(self, arm: Point, epochs: int) -> Point:
        """Return an arm with the epochs of a stage; it is called after them, which the compared one is not."""
        overrides = tuple(text for text in arm.arm_overrides if key_of(text) != EPOCHS)
        shared = tuple(text for text in arm.shared if key_of(text) not in (EPOCHS, "plots"))
        stages = (f"stages=[{','.join(map(str, self.stages))}]",) if arm.arm in self.continued else ()
        own, seed = (*arm.swept, f"{EPOCHS}={epochs}"), f"{SEED}={self.seeds.apart}"
        return replace(arm, arm_overrides=overrides, shared=(*shared, "plots=false", *stages), swept=own, seed=seed)
