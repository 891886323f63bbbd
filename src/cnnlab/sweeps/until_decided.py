"""Seeds until decided: a design that adds seeds where the answer is open, at looks that were declared beforehand.

It asks for the seeds up to the first look of every arm, has the runs compared exactly as the study's comparison will,
and asks for the seeds up to the next look of the arms that are open, and of the baseline. So a study that is repeated
finds its runs, takes the same decisions and goes on where it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from cnnlab.base.texts import cut_middle
from cnnlab.comparison.arms import Arm, Run, find_arm
from cnnlab.comparison.judging import Answer, answer, arms_left, question_of
from cnnlab.outputs.study_folder import SeedPlan
from cnnlab.sweeps.designs import Design, Ended, Standing
from cnnlab.sweeps.points import SEED, Point

_NAME = 32  # columns


@dataclass
class UntilDecided:
    """The conversation of a study with a plan.

    Args:
        points: one an arm, without a seed.
        plan: looks and seeds.
        baseline: name of the arm that the others are compared with; None: which is the best is asked.
        margin: difference up to which arms count as equal, in [0, 1]; None: nothing is called equal.
    """

    points: Sequence[Point]
    plan: SeedPlan
    baseline: str | None
    margin: float | None
    _runs: dict[str, list[Run]] = field(default_factory=dict, init=False)
    _answer: Answer | None = field(default=None, init=False)
    _asked: int = field(default=0, init=False)
    _open: list[Point] = field(default_factory=list, init=False)

    def design(self) -> Design:
        """Ask for seeds, look after look, until no arm is open."""
        self._runs = {point.arm: [] for point in self.points}
        self._open = list(self.points)
        for look in self.plan.looks:
            self._asked = look
            # An arm may be open again, where the one that ruled it out has failed since: it has more seeds to catch up.
            ended = yield [
                _with_seed(point, seed)
                for place, seed in enumerate(self.plan.seeds[:look])
                for point in self._open
                if place >= len(self._runs[point.arm])
            ]
            for one in ended:
                self._runs[one.point.arm].append(_as_run(one))
            self._answer = self._compared()
            left = arms_left(self._answer)
            self._open = [point for point in self.points if point.arm in left]
            if not self._open:
                return

    def _compared(self) -> Answer:
        arms = [Arm(name, tuple(runs)) for name, runs in self._runs.items()]
        baseline = None if self.baseline is None else find_arm(arms, self.baseline)
        return answer(arms, question_of(arms, baseline, margin=self.margin, plan=self.plan))

    def standing(self) -> Standing:
        """Return a line an arm: seeds so far, difference, how it stands; and how many runs may follow at most."""
        most = self.plan.looks[-1]
        num_more = len(self._open) * (most - self._asked)
        if self._answer is None:
            return Standing((), num_more)
        head = f"look     after {self._looked_at()} of at most {most} seeds"
        lines = [self._line(place) for place in range(len(self._answer.results))]
        return Standing((head, *lines), num_more)

    def _looked_at(self) -> int:
        """Return the seeds of the last look that was answered."""
        return max(len(runs) for runs in self._runs.values())

    def _line(self, place: int) -> str:
        assert self._answer is not None
        result = self._answer.results[place]
        difference = "" if result.difference is None else f"{100 * result.difference.mean:+.2f}"
        is_open = any(point.arm == result.arm.name for point in self._open)
        state = f"{result.verdict}{', goes on' if is_open else ''}"
        seeds = len(result.arm.finished)
        return f"  {cut_middle(result.label, _NAME):{_NAME}} {seeds:3} seeds  {difference:>7}  {state}"


def _with_seed(point: Point, seed: str) -> Point:
    return replace(point, seed=f"{SEED}={seed}")


def _as_run(ended: Ended) -> Run:
    """Return what the comparison asks of a run; what it asks of its files besides is of no matter here."""
    seed = ended.point.seed.partition("=")[2]
    run = Run(seed, None, ended.status, None, {}, ended.summary if ended.status == "finished" else {}, {})
    has_result = not run.is_finished or run.accuracy("test") is not None
    return run if has_result else replace(run, state="damaged")
