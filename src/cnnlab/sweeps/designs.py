"""Designs: what a sweep asks of its runs. A sweep is a conversation, and a design leads it.

A design is a generator. It yields lists of points and is sent what became of them, one `Ended` for each point, in the
order asked; when it returns, the sweep is over. It knows neither launchers nor terminals, and decides by what it is
sent alone: so the same runs, found finished, lead it the same way when a sweep is repeated.

    def more_where_close(points: Sequence[Point]) -> Design:
        ended = yield list(points)                  # the first round
        while close := undecided(ended):
            ended += yield next_seeds(close)        # asks further
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from cnnlab.base.schema import PlainMapping
from cnnlab.outputs.study_folder import Asked, GridRow, SeedPlan, StudyFolder
from cnnlab.sweeps.points import Point
from cnnlab.sweeps.study_comparison import StudyComparison


@dataclass(frozen=True)
class Ended:
    """What became of a point."""

    point: Point
    run_id: str
    """Empty where the point was refused."""
    status: str
    """How its run stands, as `outputs.status.standing` says; `refused` where it is no valid run."""
    summary: PlainMapping
    """summary.json of a run that is finished or diverged, else empty."""
    curve: tuple[float, ...] = ()
    """Its accuracies on validation, by epoch, for a design that wants them; of one that is pruned too."""


@dataclass(frozen=True)
class Standing:
    """How a design stands, for those who watch."""

    lines: tuple[str, ...] = ()
    """What it has found so far, empty before the first answer."""
    num_more: int = 0
    """Runs that it may still ask for, beyond those asked for, at most."""
    why_more: str = "it may be decided then"
    """Why it does not ask for them at once."""
    planned: tuple[str, ...] = ()
    """What its plan says beside."""


Narrator = Callable[[], Standing]
"""Says how a design stands."""


Design = Generator[list[Point], list[Ended], None]


class Reporter(Protocol):
    """Says what came of a study."""

    def get_ready(self) -> None:
        """Do what is to be done before any run begins."""

    def refresh(self) -> None:
        """Write what there is so far, unless that was done a moment ago."""

    def show(self, folders: Sequence[Path], *, pictures: bool) -> int:
        """Write and print what came of the runs; return the number of seeds over which arms were compared."""


MakeReporter = Callable[[StudyFolder, Callable[[], Sequence[GridRow]]], Reporter]
"""A study, and what returns its grid as it stands -> what reports on it."""


@dataclass(frozen=True)
class Conversation:
    """A design, and what a sweep has to know of it."""

    design: Design
    narrator: Narrator = Standing
    plan: SeedPlan | None = None
    """Of a design that adds seeds until it is decided; None: the seeds are fixed."""
    study: StudyFolder | None = None
    """Of that design, which goes on where it was; None: the sweep finds its own."""
    max_hours: float | None = None
    """After which no further seed is begun; None: no limit."""
    name: str | None = None
    """What its studies are called; None: after the keys in which its points differ."""
    asked: Asked | None = None
    """What it asks, beyond its first points; None: they tell."""
    reporter: MakeReporter = StudyComparison
    """Says what came of it."""
    wants_curves: bool = False
    """Whether it goes by the epochs of its runs, as of `Ended.curve`."""
    may_end: Collection[str] = ()
    """Other ways to end, as of `Ended.status`, that are answers too, and no failures; not of what `arms` compares."""
    arms: Collection[str] | None = None
    """Arms that are compared: other points lead to them, and stand in no row; None: all points are, or none is."""
    pending: Sequence[GridRow] = ()
    """Rows of those arms before it is known what they are."""


def grid(points: Sequence[Point]) -> Design:
    """Ask for all points at once, and for no more."""
    yield list(points)


def answer(design: Design, ended: list[Ended]) -> list[Point]:
    """Tell a design what became of the points it asked for; return those that it asks for next, none at its end."""
    try:
        return design.send(ended)
    except StopIteration:
        return []


def in_step(designs: Sequence[Design]) -> Design:
    """Lead several conversations at once: every round asks what each of them asks, until none asks for more."""
    going = [(design, next(design, [])) for design in designs]
    while going := [(design, points) for design, points in going if points]:
        ended = iter((yield [point for _, points in going for point in points]))
        going = [(design, answer(design, list(itertools.islice(ended, len(points))))) for design, points in going]
