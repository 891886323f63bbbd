"""The runs of a sweep: checked before the first one starts, and how they ended."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from hydra.core.utils import JobReturn
from omegaconf import DictConfig

from cnnlab.artifacts import RUNS, RunFolder
from cnnlab.cli.jobs import Outcome, check_plugins, to_plain
from cnnlab.cli.problems import COMPOSITION_ERRORS, explain
from cnnlab.errors import ConfigError, RunError


@dataclass(frozen=True)
class Point:
    """A point of the grid: what it shares with all others, and what makes it differ."""

    shared: tuple[str, ...]
    own: tuple[str, ...]

    @property
    def overrides(self) -> list[str]:
        """Everything that composes its configuration."""
        return [*self.shared, *self.own]


@dataclass(frozen=True)
class Job:
    """A point that is a valid run."""

    point: Point
    run_id: str
    is_planned: bool
    """Whether it is only to be shown."""


Refused = dict[str, list[Point]]
"""What is wrong with points that are no valid runs -> those points."""


def check_points(points: Iterable[Point], compose: Callable[[list[str]], DictConfig]) -> tuple[list[Job], Refused]:
    """Compose and check every point of the grid; points that are the same run count once.

    Raises:
        ConfigError: no point is a valid run.
    """
    jobs: dict[str, Job] = {}
    refused: Refused = {}
    for point in points:
        try:
            job = _check(point, compose)
            jobs.setdefault(job.run_id, job)
        except ConfigError as error:
            refused.setdefault("\n".join(error.problems), []).append(point)
    if not jobs:
        raise ConfigError(*(line for problem in refused for line in problem.splitlines()))
    print(f"sweep    {_count(len(jobs))}")
    for line in _refusals(refused):
        print(line, file=sys.stderr)
    return list(jobs.values()), refused


def _check(point: Point, compose: Callable[[list[str]], DictConfig]) -> Job:
    from cnnlab.config import load  # imports torch
    from cnnlab.identity import run_id
    from cnnlab.plugins import load_plugins

    try:
        plain = to_plain(compose(point.overrides))
    except (ValueError, *COMPOSITION_ERRORS) as error:
        raise ConfigError(explain(error)) from error
    check_plugins(plain, point.overrides)
    load_plugins(plain.get("plugins") or ())
    config = load(plain)
    return Job(point, run_id(config), config.plan)


def show_plan(jobs: Iterable[Job], refused: Refused) -> None:
    """Say how every run of the sweep stands.

    Raises:
        RunError: some would be refused.
    """
    for job in jobs:
        status = RunFolder(RUNS / job.run_id).read_json("status.json").get("status", "to do")
        print(f"  {status:12}{' '.join(job.point.own)}\n{'':14}{job.run_id}")
    if refused:
        raise RunError(f"{_count(sum(map(len, refused.values())))} would be refused, see above.")


def close(jobs: Sequence[Job], refused: Refused, returned: Sequence[JobReturn]) -> None:
    """Show the runs of a sweep that has ended.

    Raises:
        RunError: runs were refused or failed; each with its reason.
    """
    from cnnlab.commands.report import show

    print()
    show([RUNS / job.run_id for job in jobs])
    failures = [
        f"  failed   {' '.join(job.point.own)}\n           {outcome.reason or _recorded(job.run_id)}"
        for job, outcome in zip(jobs, map(_outcome, returned))
        if outcome.code != 0
    ]
    num_failed = len(failures) + sum(map(len, refused.values()))
    if num_failed:
        num_points = len(jobs) + sum(map(len, refused.values()))
        raise RunError("\n".join([f"{num_failed} of {_count(num_points)} failed:", *failures, *_refusals(refused)]))


def _outcome(result: JobReturn) -> Outcome:
    try:
        outcome = result.return_value
    except Exception as error:  # of the launcher: the job itself returns an outcome whatever happens
        return Outcome(1, f"{type(error).__name__}: {error}")
    assert isinstance(outcome, Outcome)
    return outcome


def _recorded(run_id: str) -> str:
    status = RunFolder(RUNS / run_id).read_json("status.json")
    return f"{status.get('status', 'not run')}: {status.get('error', 'no reason is recorded')}"


def _refusals(refused: Refused) -> list[str]:
    """Return two lines for every problem: the points that have it, the problem."""
    lines = []
    for problem, points in refused.items():
        more = f" and {len(points) - 1} more" if len(points) > 1 else ""
        indented = problem.replace("\n", f"\n{'':11}")
        lines.append(f"  refused  {' '.join(points[0].own) or 'the run'}{more}\n{'':11}{indented}")
    return lines


def _count(number: int) -> str:
    return f"{number} run{'' if number == 1 else 's'}"
