"""A Ray that carries everything out in this process when it is asked for: what is around it is tested with it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

_SET = ("RAY_task_oom_retries", "RAY_USAGE_STATS_ENABLED", "RAY_AUTH_MODE", "RAY_AUTH_TOKEN", "OMP_NUM_THREADS")


def keep_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what a sweep on Ray sets in the environment be gone after the test; none of Ray's is there before."""
    for name in _SET:
        monkeypatch.setenv(name, os.environ.get(name, ""))
        if name.startswith("RAY_"):
            monkeypatch.delenv(name)


class RayError(Exception):
    """Ray's own, as far as this one has any."""


class WorkerCrashedError(RayError):
    """A worker is gone."""


class _Reference:
    """Stands for what a task will return."""

    def __init__(self, work: Callable[[], object]) -> None:
        self.work = work


class FakeRay:
    """Tasks are carried out when they are waited for, the last that was sent first.

    Args:
        nodes: what each has.
        carried_out: in place of every task: takes it and its order.
    """

    class exceptions:  # noqa: N801 - as Ray has it
        RayError = RayError

    def __init__(self, *nodes: dict[str, float], carried_out: Callable[[Any, Any], object] | None = None) -> None:
        self._nodes = nodes or ({"CPU": 2.0},)
        self.carried_out = carried_out or (lambda task, order: task(order))
        self.orders: list[Any] = []
        self.options: dict[str, Any] = {}
        self.names: list[str] = []
        self.cancelled: list[bool] = []
        self.started_with: dict[str, Any] = {}
        self.is_shut_down = False
        self.most_out = 0

    def init(self, **options: Any) -> None:
        self.started_with = options

    def shutdown(self) -> None:
        self.is_shut_down = True

    def nodes(self) -> list[dict[str, Any]]:
        gone = {"Alive": False, "Resources": {"CPU": 99.0}}
        return [{"Alive": True, "Resources": node} for node in self._nodes] + [gone]

    def put(self, value: object) -> _Reference:
        return _Reference(lambda: value)

    def get(self, reference: _Reference) -> object:
        return reference.work()

    def wait(self, references: list[_Reference], **_: Any) -> tuple[list[_Reference], list[_Reference]]:
        self.most_out = max(self.most_out, len(references))
        return references[-1:], references[:-1]

    def cancel(self, _: _Reference, *, force: bool = False) -> None:
        self.cancelled.append(force)

    def remote(self, **options: Any) -> Callable[[Callable[[Any], object]], Any]:
        self.options = options
        return lambda task: _Remote(self, task)


class _Remote:
    def __init__(self, ray: FakeRay, task: Callable[[Any], object]) -> None:
        self._ray, self._task = ray, task

    def options(self, *, name: str) -> _Remote:
        self._ray.names.append(name)
        return self

    def remote(self, order: Any) -> _Reference:
        self._ray.orders.append(order)
        return _Reference(lambda: self._carried_out(order))

    def _carried_out(self, order: Any) -> object:
        here = Path.cwd()
        try:
            return self._ray.carried_out(self._task, order)
        finally:
            os.chdir(here)  # a task has a process of its own
