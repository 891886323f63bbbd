"""Fair comparisons of made-up outcomes; nothing is trained, and nothing is asked of Optuna."""

from __future__ import annotations

from cnnlab.sweeps.designs import Ended, answer
from cnnlab.sweeps.fair.arms import FairArm, searched
from cnnlab.sweeps.fair.design import Fair
from cnnlab.sweeps.fresh_seeds import FreshSeeds
from cnnlab.sweeps.points import Point
from cnnlab.sweeps.tuning.design import Tuning
from cnnlab.sweeps.tuning.sampling import Trial
from cnnlab.sweeps.tuning.space import read_space

SPACE = read_space(["optimizer.lr=log(0.001,1)"])
RATES = ("0.001", "0.01", "0.1", "1", "0.03", "0.3")


class Listed:
    """A sampler with a list of rates; the first half of them are known ahead."""

    def __init__(self, rates=RATES):
        self.rates, self.asked, self.told = list(rates), 0, []

    @property
    def num_left(self):
        return len(self.rates) - self.asked

    @property
    def num_ahead(self):
        return max(0, len(self.rates) // 2 - self.asked)

    def ask(self):
        self.asked += 1
        return Trial(self.asked - 1, {"optimizer.lr": self.rates[self.asked - 1]})

    def tell(self, number, accuracy):
        self.told.append((number, accuracy))


def arm(name, *, rates=RATES, is_tuned=True, own=(), shared=("epochs=3",)):
    """An arm called `optimizer=<name>`."""
    point = Point("", own, shared, (f"optimizer={name}",), "")
    tuning = Tuning(searched(point, SPACE), SPACE, Listed(rates), 10_000, 2) if is_tuned else None
    return FairArm(point, tuning, () if is_tuned else ("optimizer.lr",), 3)


def fixed(*names, seeds=("0", "1")):
    """Seeds of a comparison of arms."""
    return FreshSeeds({f"optimizer={name}": seeds for name in names}, len(seeds))


def led(fair, outcome, *, rounds=None):
    """Lead a fair comparison to its end, or through so many rounds; return the points of each round.

    Args:
        outcome: point -> its accuracy, or how it ended otherwise.
    """
    design, asked = fair.design(), []
    points = next(design)
    while points and (rounds is None or len(asked) < rounds):
        asked.append(points)
        points = answer(design, [_ended(point, outcome(point)) for point in points])
    return asked


def _ended(point, outcome):
    if isinstance(outcome, str):
        return Ended(point, "" if outcome == "refused" else point.label, outcome, {})
    figures = {"accuracy": outcome, "loss": 1 - outcome}
    return Ended(point, point.label, "finished", {"val": figures, "test": figures})


def rate_of(point):
    """The learning rate that a point is given, None where it has its own."""
    found = [text.partition("=")[2] for text in point.overrides if text.startswith("optimizer.lr=")]
    assert len(found) < 2, "a key is given once"
    return found[0] if found else None


def best_at(**best):
    """An outcome: optimizer -> the rate that suits it best."""

    def outcome(point):
        name, rate = point.swept[0].partition("=")[2], rate_of(point)
        return 0.5 if rate is None else 0.9 if rate == best[name] else 0.6

    return outcome


def fair_of(*arms, **more):
    """A fair comparison of arms over two seeds."""
    return Fair(list(arms), fixed(*(one.point.swept[0].partition("=")[2] for one in arms)), **more)
