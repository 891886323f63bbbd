"""Points that were composed and checked, each once and before its run starts: runs, or refused with a reason."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from cnnlab.base.errors import ConfigError
from cnnlab.base.hashing import FileHashes
from cnnlab.base.progress import Progress
from cnnlab.base.schema import PlainMapping
from cnnlab.base.texts import and_more
from cnnlab.config.identity import identify
from cnnlab.config.load import load
from cnnlab.config.plugins import load_plugins
from cnnlab.config.run_config import RunConfig
from cnnlab.outputs.files import runs_dir
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.status import FINAL, read_status
from cnnlab.outputs.study_folder import GridRow
from cnnlab.sweeps.points import Point

Compose = Callable[[list[str]], PlainMapping]
"""Overrides -> the configuration in plain values; raises ConfigError where they do not compose."""


@dataclass(frozen=True)
class Job:
    """A point that is a valid run."""

    point: Point
    run_id: str
    config: RunConfig

    @property
    def final(self) -> tuple[str, ...]:
        """States in which it needs no training; one that is pruned does, where it is to go on to its end."""
        return FINAL if self.config.prune_below is None else (*FINAL, "pruned")


@dataclass
class CheckedPoints:
    """The points of a sweep, in the order of running."""

    points: list[tuple[Point, Job | str]] = field(default_factory=list)
    """Each with its run, or with what is wrong with it."""

    @property
    def arms(self) -> list[str]:
        """What its points are called, each once."""
        return list(dict.fromkeys(point.arm for point, _ in self.points))

    def of(self, arms: Collection[str]) -> CheckedPoints:
        """Return those of these arms."""
        return CheckedPoints([(point, checked) for point, checked in self.points if point.arm in arms])

    @property
    def jobs(self) -> list[Job]:
        """The runs, each once, also where several points stand for it."""
        jobs: dict[str, Job] = {}
        for _, checked in self.points:
            if isinstance(checked, Job):
                jobs.setdefault(checked.run_id, checked)
        return list(jobs.values())

    @property
    def refused(self) -> dict[str, list[Point]]:
        """What is wrong with points that are no valid runs -> those points."""
        refused: dict[str, list[Point]] = {}
        for point, checked in self.points:
            if isinstance(checked, str):
                refused.setdefault(checked, []).append(point)
        return refused

    @property
    def num_refused(self) -> int:
        """How many points are no valid runs."""
        return sum(map(len, self.refused.values()))

    def rows(self, wrong: Mapping[str, str]) -> Iterator[GridRow]:
        """Yield the rows of runs.csv.

        Args:
            wrong: run id -> what was found wrong after the check.
        """
        for point, checked in self.points:
            seed, fold = (text.partition("=")[2] for text in (point.seed, point.fold))
            if isinstance(checked, str):
                yield GridRow(point.arm, seed, "", point.own, checked, fold)
            else:
                problem = wrong.get(checked.run_id, "")
                run_id, config = "" if problem else checked.run_id, checked.config
                seed, fold = seed or str(config.seed), fold or str(config.dataset.fold or "")
                yield GridRow(point.arm, seed, run_id, point.own, problem, fold)

    def refusals(self) -> list[str]:
        """Return two lines for every problem: the points that have it, the problem."""
        lines = []
        for problem, points in self.refused.items():
            indented = problem.replace("\n", f"\n{'':11}")
            lines.append(f"  refused  {points[0].label}{and_more(len(points) - 1)}\n{'':11}{indented}")
        return lines


def check_points(points: Iterable[Point], compose: Compose, hashes: FileHashes) -> CheckedPoints:
    """Compose and check every point; say which are no valid runs."""
    checked = CheckedPoints()
    for point in points:
        try:
            checked.points.append((point, _check(point, compose, hashes)))
        except ConfigError as error:
            checked.points.append((point, "\n".join(error.problems)))
    return checked


def configured(point: Point, compose: Compose) -> RunConfig:
    """Return the configuration of a point.

    Raises:
        ConfigError: it is no valid run.
    """
    plain = compose(point.overrides)
    load_plugins(plain.get("plugins") or ())
    return load(plain)


def _check(point: Point, compose: Compose, hashes: FileHashes) -> Job:
    config = configured(point, compose)
    run_id = identify(config, hashes, progress=_told_quietly()).run_id
    if config.rerun or read_status(RunFolder(runs_dir() / run_id)).get("status") not in FINAL:
        from cnnlab.config.part_rules import check_parts  # loads torch; a run that is finished has been through it

        check_parts(config)
    return Job(point, run_id, config)


def _told_quietly() -> Progress:
    """Return what says how far the reading of images is; few points read any, and a console is made for those alone."""
    from cnnlab.runs.console import RunConsole

    console = functools.cache(lambda: RunConsole(is_quiet=True))
    return lambda what, done, total: console().preparing(what, done, total)
