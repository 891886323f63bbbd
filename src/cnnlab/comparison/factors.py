"""Factors of a grid: what each swept setting does, averaged over the others, and whether two of them interact.

Averages are taken within a seed, so that differences stay paired. Every factor is a question of its own: which of its
values is the best? It is asked as of arms (best_set), and of two values by the two-sided paired t-test. Of every two
factors the interaction contrasts are tested, corrected by Holm over their cells.    Montgomery 2017, Design and
Analysis of Experiments, ch. 5
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np

from cnnlab.base.metrics import Floats
from cnnlab.comparison.arms import Arm
from cnnlab.comparison.best_set import best_set
from cnnlab.comparison.judging import Question, can_be_best, in_order, spread_of
from cnnlab.comparison.labels import Names, short_keys
from cnnlab.comparison.paired import judge
from cnnlab.comparison.statistics import ALPHA, Estimate, Spread, estimate, estimate_difference, holm, p_different
from cnnlab.comparison.verdicts import BEST, MAY_BE_BEST, RULED_OUT, without_result
from cnnlab.outputs.settings import parts_of


@dataclass(frozen=True)
class Level:
    """One value of a factor."""

    value: str
    test: Estimate
    """Mean test accuracy over the other factors, over seeds."""
    difference: Estimate | None
    """To the value with the highest mean; None for that one."""
    p: float | None
    """Smallest p of a test against another value, corrected for their number; None for the highest."""
    verdict: str


@dataclass(frozen=True)
class Factor:
    """A swept setting with those that it decides, its values in the order typed."""

    name: str
    """Ends of their keys: `optimizer`, or `optimizer/lr` where every optimizer came with one rate of its own."""
    levels: Sequence[Level]
    over: str
    """What was averaged over: `3 activations`."""

    @property
    def ranked(self) -> list[Level]:
        """The highest mean first."""
        return sorted(self.levels, key=lambda level: -level.test.mean)

    @property
    def left(self) -> list[Level]:
        """What may be the best, the highest mean first."""
        return [level for level in self.ranked if level.verdict != RULED_OUT]


@dataclass(frozen=True)
class Cell:
    """A value of one factor together with a value of another."""

    row: str
    column: str
    test: Estimate
    """Mean test accuracy over the rest of the factors, over seeds."""
    effect: Estimate
    """What is left of it when the effects of both values are taken away: cell - row - column + all."""
    p: float
    """Of the two-sided test of that, corrected over the cells."""


@dataclass(frozen=True)
class Interaction:
    """Two factors, and whether the effect of one depends on the other."""

    row_name: str
    column_name: str
    cells: Sequence[Cell]
    """Row by row."""

    @property
    def is_shown(self) -> bool:
        """Whether some cell departs from the sum of both effects."""
        return any(cell.p < ALPHA for cell in self.cells)

    @property
    def largest(self) -> Cell:
        """The cell that departs furthest, among those that are shown to where there are any."""
        return max((cell for cell in self.cells if cell.p < ALPHA or not self.is_shown), key=_size)


def _size(cell: Cell) -> float:
    return round(abs(cell.effect.mean), 12)  # the mirror image of a cell may end in other bits


@dataclass(frozen=True)
class Effects:
    """What a grid says of its factors."""

    factors: Sequence[Factor]
    """Empty where `note` says why."""
    interactions: Sequence[Interaction]
    seeds: int
    note: str | None
    """A sentence: what is missing, or over which seeds of several numbers means were taken."""
    noun: str
    """What `seeds` counts: seeds, or folds."""


@dataclass(frozen=True)
class _Grid:
    """Arms as the points of a grid."""

    levels: Mapping[str, Sequence[str]]
    """Name of a factor -> its values, in the order typed."""
    arms: Mapping[tuple[str, ...], Arm]
    """Values -> arm."""

    @property
    def points(self) -> list[tuple[str, ...]]:
        return list(product(*self.levels.values()))


def effects_of(arms: Sequence[Arm], question: Question, names: Names) -> Effects | None:
    """Return what can be said of the factors of a grid; None where fewer than two settings were swept across."""
    grid = _grid_of(arms)
    if grid is None:
        return None
    accuracies = in_order(arms, question.plan)
    fewest = min(map(len, accuracies.values()))
    if (missing := _missing(grid, fewest, question, names)) is not None:
        return Effects([], [], 0, missing, question.repeats.noun)
    # Of a study that adds seeds those of the first look alone were chosen by no outcome, and all arms have them.
    seeds = fewest if question.plan is None else question.plan.looks[0]
    by_point = [accuracies[grid.arms[point].label][:seeds] for point in grid.points]
    values = np.array(by_point).T.reshape(seeds, *map(len, grid.levels.values()))
    # In a mean over arms one test image weighs less; its weight in one arm stays the floor: that errs on the safe side.
    spread = spread_of(arms, question)
    places = range(len(grid.levels))
    uneven = any(len(own) != seeds for own in accuracies.values())
    return Effects(
        [_factor(grid, place, values, spread) for place in places],
        [_interaction(grid, pair, values, spread) for pair in combinations(places, 2)],
        seeds,
        f"Over the {seeds} seeds of the first look, which all arms have; later ones depend on it." if uneven else None,
        question.repeats.noun,
    )


def _grid_of(arms: Sequence[Arm]) -> _Grid | None:
    """Read the grid off the names; settings of which one decides the other, such as zipped ones, are one factor.

    What one of them does cannot be told from what the other does: they have one effect, under the names of both.
    """
    parts = [[part.partition("=") for part in parts_of(arm.name)] for arm in arms]
    points = [{key if sign else "arm": value or key for key, sign, value in own} for own in parts]
    keys = list(points[0])
    if any(list(point) != keys or len(point) != len(own) for point, own in zip(points, parts)):
        return None

    def decides(key: str, other: str) -> bool:
        return len({(point[key], point[other]) for point in points}) == len({point[key] for point in points})

    factors = [
        key
        for place, key in enumerate(keys)
        if not any(decides(o, key) and (o in keys[:place] or not decides(key, o)) for o in keys if o != key)
    ]
    if len(factors) < 2:
        return None
    varied = [key for key in keys if len({point[key] for point in points}) > 1]
    # A setting that is decided belongs to the first factor that decides it.
    owner = {key: key if key in factors else next(o for o in factors if decides(o, key)) for key in varied}
    short = dict(zip(keys, short_keys(keys)))
    members = [[key for key in varied if owner[key] == factor] for factor in factors]
    named = {"/".join(short[key] for key in own): own for own in members}
    places = [tuple("/".join(point[key] for key in own) for own in named.values()) for point in points]
    levels = {name: list(dict.fromkeys(own)) for name, own in zip(named, zip(*places))}
    return _Grid(levels, dict(zip(places, arms)))


def _missing(grid: _Grid, fewest: int, question: Question, names: Names) -> str | None:
    """Say in one sentence why there are no effects; None where there are."""
    if absent := len(grid.points) - len(grid.arms):
        return f"No effects: of {len(grid.points)} combinations {absent} {'is' if absent == 1 else 'are'} missing."
    arms = grid.arms.values()
    if (out := next((arm for arm in arms if not arm.finished or not can_be_best(arm)), None)) is not None:
        return f"No effects: {names[out.label]} is {without_result(out)}."
    if question.plan is not None and fewest < question.plan.looks[0]:
        return f"No effects yet: the first look is at {question.plan.looks[0]} seeds."
    if fewest > 1:
        return None
    is_single = all(len(arm.runs) == 1 for arm in arms)
    noun = question.repeats.noun
    return f"No effects from one {noun}." if is_single else f"No effects: arms have fewer than two {noun}s in common."


def _factor(grid: _Grid, place: int, values: Floats, spread: Spread) -> Factor:
    names = list(grid.levels)
    own = grid.levels[names[place]]
    others = {name: levels for name, levels in grid.levels.items() if name != names[place]}
    means = values.mean(axis=tuple(axis for axis in range(1, values.ndim) if axis != place + 1))  # (seeds, values)
    return Factor(names[place], _levels(dict(zip(own, means.T.tolist())), spread), _counted(others))


def _counted(others: Mapping[str, Sequence[str]]) -> str:
    """`3 activations`, `2 values of epochs`, `12 combinations`."""
    if len(others) > 1:
        return f"{int(np.prod([len(levels) for levels in others.values()]))} combinations"
    ((name, levels),) = others.items()
    is_word = all(level[:1].isalpha() for level in levels) and not name.endswith("s") and "/" not in name
    return f"{len(levels)} {name}s" if is_word else f"{len(levels)} values of {name}"


def _levels(accuracies: Mapping[str, Sequence[float]], spread: Spread) -> list[Level]:
    """Ask which of the values is the best."""
    highest = max(accuracies, key=lambda value: sum(accuracies[value]))
    behind = {
        value: np.subtract(own, accuracies[highest]).tolist() for value, own in accuracies.items() if value != highest
    }
    out, p_values = _two(behind, spread) if len(accuracies) == 2 else _several(accuracies, spread)
    is_alone = len(out) == len(accuracies) - 1
    left = BEST if is_alone else MAY_BE_BEST
    return [
        Level(
            value,
            estimate(own, spread),
            estimate_difference(behind[value], spread) if value in behind else None,
            p_values[value] if value in behind else None,
            RULED_OUT if value in out else left,
        )
        for value, own in accuracies.items()
    ]


def _two(behind: Mapping[str, Sequence[float]], spread: Spread) -> tuple[set[str], dict[str, float]]:
    """Return what is ruled out and p of the lower value: one two-sided test, as for two arms."""
    found = judge(behind, None, num_tested=1, spread=spread, margin=None)
    out = {value for value, judged in found.items() if judged.is_decided}
    return out, {value: judged.p_holm for value, judged in found.items()}


def _several(accuracies: Mapping[str, Sequence[float]], spread: Spread) -> tuple[set[str], dict[str, float]]:
    seeds = len(next(iter(accuracies.values())))
    found = best_set(accuracies, [seeds], num_arms=len(accuracies), spread=spread)
    corrected = {value: min(1.0, near.look.p * (len(accuracies) - 1)) for value, near in found.nearest.items()}
    return set(found.ruled_out), corrected


def _interaction(grid: _Grid, pair: tuple[int, int], values: Floats, spread: Spread) -> Interaction:
    rest = tuple(axis for axis in range(1, values.ndim) if axis - 1 not in pair)
    cells = values.mean(axis=rest)  # (seeds, rows, columns)
    rows, columns = cells.mean(axis=2, keepdims=True), cells.mean(axis=1, keepdims=True)
    contrasts = cells - rows - columns + cells.mean(axis=(1, 2), keepdims=True)
    row_levels, column_levels = (list(grid.levels.values())[place] for place in pair)
    p_values = _p_of_cells(contrasts, spread)
    found = [
        Cell(
            row,
            column,
            estimate(cells[:, i, j].tolist(), spread),
            estimate_difference(contrasts[:, i, j].tolist(), spread),
            float(p_values[i, j]),
        )
        for (i, row), (j, column) in product(enumerate(row_levels), enumerate(column_levels))
    ]
    names = list(grid.levels)
    return Interaction(names[pair[0]], names[pair[1]], found)


def _p_of_cells(contrasts: Floats, spread: Spread) -> Floats:
    """Return p of every cell, corrected over the cells.

    Of two values the second's contrasts are the first's with their signs turned: one test, which counts once.
    """
    _, rows, columns = contrasts.shape
    kept = contrasts[:, : rows if rows > 2 else 1, : columns if columns > 2 else 1]
    p_values = holm([p_different(own, spread) for own in kept.reshape(len(kept), -1).T.tolist()])
    return np.broadcast_to(np.array(p_values).reshape(kept.shape[1:]), (rows, columns))
