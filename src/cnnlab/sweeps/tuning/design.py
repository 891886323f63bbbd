"""Tuning as a design: rounds of trials, each chosen by what came of those before, then fresh seeds of the best.

A sampler that is told the same proposes the same, and runs are named by what they are: so a tuning that is repeated
finds its runs and goes on where it was, and one that was killed has the trials of one that was not.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from cnnlab.base.texts import quantity
from cnnlab.outputs.summary_file import figure
from cnnlab.sweeps.designs import Design, Ended, Standing
from cnnlab.sweeps.points import SEED, Point
from cnnlab.sweeps.tuning import pruning
from cnnlab.sweeps.tuning.sampling import NUM_FIRST, Sampler, Trial
from cnnlab.sweeps.tuning.space import Space

NUM_FRESH = 5
"""Seeds that the best is tested over, none of which was tuned with."""
WIDTH = 80
"""Columns of what is told while trials go on."""
DIVERGED = 0.0
"""Validation accuracy that a sampler is told of a run that diverged: none is worse."""


@dataclass(frozen=True)
class Tried:
    """A trial, and what came of it."""

    trial: Trial
    run_id: str
    status: str
    accuracy: float | None
    """On validation, of the selected epoch, in [0, 1]; None where there is none."""
    loss: float | None
    """Likewise."""

    @property
    def rank(self) -> tuple[float, float, int]:
        """The higher, the better: accuracy, then loss, then who was first, as a run chooses its epoch."""
        return self.accuracy or 0.0, -math.inf if self.loss is None else -self.loss, -self.trial.number


def best_of(tried: Sequence[Tried]) -> Tried | None:
    """Return the best of those that are finished; None where there is none."""
    known = [one for one in tried if one.status == "finished" and one.accuracy is not None]
    return max(known, key=lambda one: one.rank, default=None)


@dataclass
class Tuning:
    """The conversation of a tuning.

    Args:
        base: what all trials share.
        space: where they lie.
        sampler: proposes them.
        seed: of their runs; those that follow it are fresh.
        per_round: trials that are asked for at once, where they depend on others.
        pruner: which trials end early.
        epochs: of their runs.
    """

    base: Point
    space: Space
    sampler: Sampler
    seed: int
    per_round: int
    pruner: pruning.Kind = "none"
    epochs: int = 0
    tried: list[Tried] = field(default_factory=list, init=False)
    """Trials in the order asked, of rounds that have ended."""
    asked: list[Trial] = field(default_factory=list, init=False)
    """Those of the round that goes on too."""
    _ways: list[pruning.Way] = field(default_factory=list, init=False)
    _num_fresh: int = field(default=NUM_FRESH, init=False)
    """Runs over fresh seeds that are still to be asked for."""

    def design(self) -> Design:
        """Search, then ask for fresh seeds of the best."""
        yield from self.search()
        fresh, self._num_fresh = self.fresh_seeds, 0
        if (best := self.best) is not None:
            yield [self._point(best.trial, seed) for seed in fresh]

    def search(self) -> Design:
        """Ask for trials, round after round."""
        while num := self._num_next():
            trials = [self.sampler.ask() for _ in range(num)]
            self.asked += trials
            ended = yield [self._judged(self._point(trial, self.seed), trial) for trial in trials]
            for trial, one in zip(trials, ended):
                self._take(trial, one)

    @property
    def best(self) -> Tried | None:
        """The best trial so far; None before there is one."""
        return best_of(self.tried)

    @property
    def fresh_seeds(self) -> range:
        """Seeds that no trial was trained with."""
        return range(self.seed + 1, self.seed + 1 + NUM_FRESH)

    def standing(self) -> Standing:
        """Return a line about the best so far; and how many runs may follow."""
        num_more = self.sampler.num_left + self._num_fresh
        why = "they are chosen by what comes of these"
        if (best := self.best) is None or best.accuracy is None:
            return Standing((), num_more, why)
        values = " ".join(f"{key}={value}" for key, value in best.trial.values.items())
        head = f"best     of {quantity(len(self.tried), 'trial')}: {100 * best.accuracy:.1f} % on validation, {values}"
        return Standing((head if len(head) <= WIDTH else f"{head[: WIDTH - 1]}…",), num_more, why)

    def _num_next(self) -> int:
        """Return how many trials the next round has; where trials end early, the first ones go before the others."""
        ahead = self.sampler.num_ahead
        if self.pruner != "none":
            ahead = min(ahead, max(0, NUM_FIRST - self.sampler.num_asked))
        return min(ahead or self.per_round, self.sampler.num_left)

    def _point(self, trial: Trial, seed: int) -> Point:
        swept = tuple(f"{key}={value}" for key, value in trial.values.items())
        return replace(self.base, swept=(*self.base.swept, *swept), seed=f"{SEED}={seed}")

    def _judged(self, point: Point, trial: Trial) -> Point:
        """Let a trial end early where it falls behind those before it."""
        heights = pruning.bars(self.pruner, trial.number, self.epochs, self._ways)
        if not heights:
            return point
        written = ",".join("null" if height is None else f"{height:g}" for height in heights)
        return replace(point, shared=(*point.shared, f"prune_below=[{written}]"))

    def _take(self, trial: Trial, ended: Ended) -> None:
        """Take down what came of a trial, and tell the sampler."""
        is_finished = ended.status == "finished"
        accuracy, loss = (
            figure(ended.summary, f"val.{name}") if is_finished else None for name in ("accuracy", "loss")
        )
        self.tried.append(Tried(trial, ended.run_id, ended.status, accuracy, loss))
        if is_finished or ended.status == "pruned":
            self._ways.append(pruning.Way(trial.number, ended.curve, is_finished))
        if ended.status == "pruned" and ended.curve:
            self.sampler.tell(trial.number, max(ended.curve), pruned_at=len(ended.curve))
        else:
            self.sampler.tell(trial.number, DIVERGED if ended.status == "diverged" else accuracy)
