"""The points of a sweep's grid: composed and checked once, before the first run starts."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from omegaconf import DictConfig

from cnnlab.base.errors import ConfigError
from cnnlab.cli.composed import check_plugins, plain_values
from cnnlab.cli.hydra_errors import COMPOSITION_ERRORS, explain
from cnnlab.outputs.study_folder import GridRow

if TYPE_CHECKING:
    from cnnlab.config.run_config import RunConfig  # brings torch, and Hydra reads this file at every start


@dataclass(frozen=True)
class Point:
    """A point of the grid: what it shares with all others, and what makes it differ."""

    arm_name: str
    """Name of the arm, "" where arms have none."""
    arm_overrides: tuple[str, ...]
    """What the named arm stands for, without the keys that are given otherwise."""
    shared: tuple[str, ...]
    swept: tuple[str, ...]
    seed: str
    """The override of the seed, "" where it is not swept."""

    @property
    def overrides(self) -> list[str]:
        """Everything that composes its configuration."""
        return [*self.arm_overrides, *self.shared, *self.swept, *([self.seed] if self.seed else [])]

    @property
    def arm(self) -> str:
        """What the point is called, whatever its seed."""
        return " ".join((*([self.arm_name] if self.arm_name else []), *self.swept))

    @property
    def label(self) -> str:
        """What makes it differ from the other points, as short as possible."""
        return " ".join(filter(None, (self.arm, self.seed))) or "the run"

    @property
    def own(self) -> str:
        """The overrides that make it differ from the other points."""
        return " ".join(filter(None, (*self.arm_overrides, *self.swept, self.seed)))


@dataclass(frozen=True)
class Job:
    """A point that is a valid run."""

    point: Point
    run_id: str
    config: RunConfig


@dataclass
class Grid:
    """The points of a sweep, checked; in the order of running."""

    points: list[tuple[Point, Job | str]] = field(default_factory=list)
    """Each with its run, or with what is wrong with it."""

    @property
    def jobs(self) -> list[Job]:
        """The runs, each once, also where several points stand for it."""
        jobs = (checked for _, checked in self.points if isinstance(checked, Job))
        return list({job.run_id: job for job in reversed(list(jobs))}.values())[::-1]

    @property
    def refused(self) -> dict[str, list[Point]]:
        """What is wrong with points that are no valid runs -> those points."""
        refused: dict[str, list[Point]] = {}
        for point, checked in self.points:
            if isinstance(checked, str):
                refused.setdefault(checked, []).append(point)
        return refused

    @property
    def is_planned(self) -> bool:
        """Whether the runs are only to be shown."""
        return any(job.config.plan for job in self.jobs)

    @property
    def swept_keys(self) -> list[str]:
        """The keys in which points differ, the seed last."""
        keys = [text.partition("=")[0] for point, _ in self.points for text in (*point.swept, point.seed) if text]
        return list(dict.fromkeys(keys))

    def rows(self, wrong: Mapping[str, str]) -> list[GridRow]:
        """Return the rows of runs.csv.

        Args:
            wrong: run id -> what was found wrong after the check.
        """
        rows = []
        for point, checked in self.points:
            seed = point.seed.partition("=")[2]
            if isinstance(checked, str):
                rows.append(GridRow(point.arm, seed, "", point.own, checked))
            else:
                problem = wrong.get(checked.run_id, "")
                run_id = "" if problem else checked.run_id
                rows.append(GridRow(point.arm, seed or str(checked.config.seed), run_id, point.own, problem))
        return rows

    def refusals(self) -> list[str]:
        """Return two lines for every problem: the points that have it, the problem."""
        lines = []
        for problem, points in self.refused.items():
            more = f" and {len(points) - 1} more" if len(points) > 1 else ""
            indented = problem.replace("\n", f"\n{'':11}")
            lines.append(f"  refused  {points[0].label}{more}\n{'':11}{indented}")
        return lines


def check_points(points: Iterable[Point], compose: Callable[[list[str]], DictConfig]) -> Grid:
    """Compose and check every point of the grid; say which are no valid runs.

    Raises:
        ConfigError: no point is a valid run.
    """
    grid = Grid()
    for point in points:
        try:
            grid.points.append((point, _check(point, compose)))
        except ConfigError as error:
            grid.points.append((point, "\n".join(error.problems)))
    if not grid.jobs:
        raise ConfigError(*(line for problem in grid.refused for line in problem.splitlines()))
    for line in grid.refusals():
        print(line, file=sys.stderr)
    return grid


def _check(point: Point, compose: Callable[[list[str]], DictConfig]) -> Job:
    from cnnlab.config.identity import run_id
    from cnnlab.config.load import load
    from cnnlab.config.plugins import load_plugins

    try:
        plain = plain_values(compose(point.overrides))
    except (ValueError, *COMPOSITION_ERRORS) as error:
        raise ConfigError(explain(error)) from error
    check_plugins(plain, point.overrides)
    load_plugins(plain.get("plugins") or ())
    config = load(plain)
    return Job(point, run_id(config), config)
