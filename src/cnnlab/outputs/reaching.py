"""How fast a run learnt: what it took to first reach validation accuracies, from its metrics.csv."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from cnnlab.base.errors import RunError
from cnnlab.base.schema import PlainMapping
from cnnlab.outputs.run_folder import RunFolder

ROUND = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995)
"""Validation accuracies that are looked at where no others are asked for."""
MOST = 4
"""Of these so many are shown, the highest; likewise of a report's."""
_ROUNDING = 1e-6  # what is measured was divided in float32: 45 of 50 are 0.8999999762


@dataclass(frozen=True)
class Effort:
    """What it took until an accuracy was reached, up to the end of the first epoch that reached it."""

    epochs: int
    seconds: float
    """Of training alone."""


@dataclass(frozen=True)
class Goals:
    """Validation accuracies whose first time is of interest, each in (0, 1], ascending."""

    asked: tuple[float, ...] = ()
    """Shown in any case."""
    others: tuple[float, ...] = ROUND
    """Of these the highest that were reached are shown."""

    @classmethod
    def of(cls, asked: Sequence[float] | None, reported: Mapping[str, PlainMapping] | None) -> Goals:
        """Return the goals that were asked for; else round ones, and the highest that a report says, training apart.

        Args:
            asked: as typed, in any order.
            reported: arm -> figure -> number.
        """
        if asked:
            return cls(tuple(sorted(set(asked))), ())
        figures = [own.get(key) for own in (reported or {}).values() for key in ("val_accuracy", "test_accuracy")]
        return cls(tuple(sorted({float(value) for value in figures if value}))[-MOST:])

    @property
    def known(self) -> tuple[float, ...]:
        """All of them."""
        return tuple(sorted({*self.asked, *self.others}))

    def shown(self, reached: Collection[float]) -> tuple[float, ...]:
        """Return those that tables show, of which some were reached."""
        highest = [accuracy for accuracy in self.others if accuracy in reached][-MOST:]
        return tuple(sorted({*self.asked, *highest}))


def efforts_of(rows: Iterable[PlainMapping], accuracies: Iterable[float]) -> dict[float, Effort] | None:
    """Return accuracy -> what it took to reach it first; an accuracy that never was is left out.

    Args:
        rows: of metrics.csv, one an epoch.
        accuracies: of validation, in (0, 1].

    Returns:
        None where no epoch was validated.

    Raises:
        ValueError: a cell is no number.
    """
    wanted, seconds, is_validated = tuple(accuracies), 0.0, False
    efforts: dict[float, Effort] = {}
    for epoch, row in enumerate(rows, 1):
        seconds += float(row.get("seconds") or "nan")
        reached = float(row.get("val_accuracy") or "nan")
        is_validated |= reached == reached  # not so for nan
        for accuracy in wanted:
            if reached >= accuracy - _ROUNDING:
                efforts.setdefault(accuracy, Effort(epoch, round(seconds, 3)))
    return efforts if is_validated else None


def read_efforts(folder: RunFolder, accuracies: Iterable[float]) -> dict[float, Effort] | None:
    """Return `efforts_of` a run's metrics.csv.

    Raises:
        RunError: it holds something else than numbers.
    """
    try:
        return efforts_of(folder.read_metrics(), accuracies)
    except ValueError as error:
        raise RunError(f"{folder.path / 'metrics.csv'}: cannot be read, {error}.") from error


def column(figure: str, accuracy: float) -> str:
    """Return the name of a column: `images_to_90`."""
    return f"{figure}_to_{100 * accuracy:g}"
