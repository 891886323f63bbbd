"""The charts of a tuning's page, laid out in units of their own that the page scales."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cnnlab.comparison.factor_charts import BOTTOM, CHARACTER, HEIGHT, LEFT, RIGHT, TOP, WIDTH, ticks
from cnnlab.comparison.labels import cut_names, percent
from cnnlab.sweeps.tuning.design import Tried
from cnnlab.sweeps.tuning.space import Axis, Choice
from cnnlab.sweeps.tuning.tuned import Tuned

WIDE = 900
"""Width of the chart of all settings at once."""
_FOOT = 46  # below its axes: two lines of labels
_LEVELS = 3  # labels along a range

Labels = Sequence[tuple[float, str]]


@dataclass(frozen=True)
class Mark:
    """A trial in a chart."""

    x: float
    y: float
    kind: str
    """best, lost (it has no result), or nothing."""
    title: str


@dataclass(frozen=True)
class Plot:
    """Accuracy on validation over something."""

    title: str
    x_labels: Labels
    y_labels: Labels
    marks: Sequence[Mark]
    path: str = ""
    """A line, as an SVG polyline wants it."""


@dataclass(frozen=True)
class Strand:
    """A trial that runs through all settings."""

    path: str
    kind: str
    opacity: float
    title: str


@dataclass(frozen=True)
class Parallel:
    """All trials over all settings at once."""

    axes: Sequence[tuple[float, str, Labels]]
    """x, name, and labels along it."""
    strands: Sequence[Strand]
    bottom: float = HEIGHT - _FOOT + 6


def history(tuned: Tuned) -> Plot:
    """Return the accuracies in the order of the trials, with a line of the best so far."""
    scale, num = _Scale(tuned), max(1, len(tuned.tried) - 1)

    def x(number: int) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (0.02 + 0.96 * number / num)

    marks = [_mark(tuned, one, x(place), scale) for place, one in enumerate(tuned.tried)]
    path: list[tuple[float, float]] = []
    best = None
    for place, one in enumerate(tuned.tried):
        if one.status == "finished" and one.accuracy is not None and (best is None or one.accuracy > best):
            path += [] if best is None else [(x(place), scale.y(best))]
            best = one.accuracy
            path.append((x(place), scale.y(best)))
    if best is not None:
        path.append((x(len(tuned.tried) - 1), scale.y(best)))
    places = sorted({round(num * part / 4) for part in range(5)})
    return Plot("in the order of the trials", [(x(n), str(n)) for n in places], scale.labels, marks, _path(path))


def slices(tuned: Tuned) -> list[Plot]:
    """Return the accuracies over each setting; trials without a setting are not in its chart."""
    return [_slice(tuned, key, axis) for key, axis in tuned.space.axes.items()]


def _slice(tuned: Tuned, key: str, axis: Axis) -> Plot:
    scale, labels = _Scale(tuned), _along(axis)
    room = WIDTH - LEFT - RIGHT
    names = cut_names([text for _, text in labels], max(3, int(room / len(labels) / CHARACTER)))
    shown = [(LEFT + room * place, name) for (place, _), name in zip(labels, names)]
    marks = [
        _mark(tuned, one, LEFT + room * _place(axis, one.trial.values[key]), scale)
        for one in tuned.tried
        if key in one.trial.values
    ]
    return Plot(key, shown, scale.labels, marks)


def parallel(tuned: Tuned) -> Parallel:
    """Return all settings side by side, and the accuracy behind them; the better a trial, the stronger its line."""
    scale, axes = _Scale(tuned), tuned.space.axes
    step = (WIDE - 2 * LEFT) / len(axes)
    xs = {key: LEFT + step * place for place, key in enumerate(axes)}
    height = HEIGHT - TOP - _FOOT

    def y(place: float) -> float:
        return TOP + height * (1 - place)

    columns = [
        (xs[key], name, [(y(place), text) for place, text in zip(_places(axis), cut_names(_texts(axis), 10))])
        for (key, axis), name in zip(axes.items(), cut_names(list(axes), max(8, int(step / CHARACTER))))
    ]
    end = LEFT + step * len(axes)
    columns.append((end, "val %", [(y(scale.place(tick)), f"{100 * tick:g}") for tick in scale.ticks]))
    strands = []
    for rank, one in enumerate(reversed(tuned.finished), 1):
        points = [(xs[key], y(_place(axes[key], text))) for key, text in one.trial.values.items()]
        points.append((end, y(scale.place(one.accuracy or 0.0))))
        kind = "best" if one == tuned.best else ""
        strands.append(Strand(_path(points), kind, 0.1 + 0.6 * (rank / len(tuned.finished)) ** 2, _title(one)))
    return Parallel(columns, strands)


class _Scale:
    """The axis of accuracies that all charts of a tuning share."""

    def __init__(self, tuned: Tuned) -> None:
        found = [one.accuracy for one in tuned.tried if one.accuracy is not None] or [0.0, 1.0]
        low, high = min(found), max(found)
        pad = max(0.05 * (high - low), 0.005)
        self._low, self._high = max(0.0, low - pad), min(1.0, high + pad)

    @property
    def ticks(self) -> list[float]:
        return ticks(self._low, self._high)

    @property
    def labels(self) -> Labels:
        return [(self.y(tick), f"{100 * tick:g}") for tick in self.ticks]

    def place(self, accuracy: float) -> float:
        return (accuracy - self._low) / (self._high - self._low)

    def y(self, accuracy: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - self.place(accuracy))


def _mark(tuned: Tuned, one: Tried, x: float, scale: _Scale) -> Mark:
    if one.status != "finished" or one.accuracy is None:
        return Mark(x, HEIGHT - BOTTOM, "lost", _title(one))
    return Mark(x, scale.y(one.accuracy), "best" if one == tuned.best else "", _title(one))


def _title(one: Tried) -> str:
    came = f"{percent(one.accuracy)} %" if one.status == "finished" else one.status
    return f"trial {one.trial.number}: {came}, {_words(one.trial.values)}"


def _words(values: Mapping[str, str]) -> str:
    return " ".join(f"{key}={value}" for key, value in values.items())


def _along(axis: Axis) -> list[tuple[float, str]]:
    return list(zip(_places(axis), _texts(axis)))


def _texts(axis: Axis) -> list[str]:
    return list(axis.values) if isinstance(axis, Choice) else axis.levels(_LEVELS)


def _places(axis: Axis) -> list[float]:
    return [_place(axis, text) for text in _texts(axis)]


def _place(axis: Axis, text: str) -> float:
    """Return where a value is drawn: at its place on a range, or in the middle of its part of a list; in [0, 1]."""
    if isinstance(axis, Choice):
        return (axis.values.index(text) + 0.5) / len(axis.values)
    return 0.04 + 0.92 * axis.place(text)


def _path(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
