"""Halving of arms with made-up outcomes; nothing is trained."""

from cnnlab.sweeps.designs import Ended, answer
from cnnlab.sweeps.fresh_seeds import FreshSeeds
from cnnlab.sweeps.halving.design import Halving, stages_of
from cnnlab.sweeps.points import Point


def halving(num_arms, *, epochs=16, eta=2, baseline=None, num_continued=0, could_continue=True):
    arms = [Point("", (), ("epochs=16",), (f"width={i}",), "") for i in range(num_arms)]
    seeds = FreshSeeds({arm.arm: ("0", "1") for arm in arms}, 2)
    continued = [arm.arm for arm in arms[:num_continued]]
    return Halving(arms, stages_of(num_arms, epochs, eta), eta, seeds, baseline, continued, could_continue)


def led(halved, accuracy, *, rounds=None):
    """Lead halving to its end; `accuracy` is a function of an arm's number, or says how its run ended otherwise."""
    design, asked = halved.design(), []
    points = next(design)
    while points and (rounds is None or len(asked) < rounds):
        asked.append(points)
        points = answer(design, [ended(point, accuracy(number_of(point))) for point in points])
    return asked


def number_of(point):
    return int(point.swept[0].partition("=")[2])


def ended(point, outcome):
    if isinstance(outcome, str):
        return Ended(point, point.label, outcome, {})
    return Ended(point, point.label, "finished", {"val": {"accuracy": outcome, "loss": 1 - outcome}})
