"""Proposes trials by Optuna, in this process alone: asked and told the same, it proposes the same."""

from __future__ import annotations

import itertools
import math
import shlex
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Literal

from cnnlab.base.errors import ConfigError
from cnnlab.sweeps.tuning.space import Axis, Choice, Int, Log, Space

if TYPE_CHECKING:
    import optuna
    from optuna.samplers import BaseSampler

Kind = Literal["tpe", "random", "cmaes", "grid", "qmc"]
REQUIREMENTS = ("optuna>=5,<6", "cmaes>=0.12")
"""What pip is asked for; pyproject.toml has the same in the extra `tune`."""
NUM_FIRST = 10
"""Trials that are drawn at random before any is chosen by what came of others; Optuna's own number."""

Takes = Callable[[Mapping[str, str], str], bool]
"""Values chosen so far, a key -> whether a run with these values has the key."""


def takes_all(values: Mapping[str, str], key: str) -> bool:  # noqa: ARG001 - as of `Takes`
    """Say of every key that a run has it."""
    return True


@dataclass(frozen=True)
class Trial:
    """A proposed point of a space."""

    number: int
    values: Mapping[str, str]
    """Key -> text as typed, in the order of the space; without the keys that such a run does not have."""


class Sampler:
    """Proposes trials.

    Args:
        space: where they lie; lists are chosen from first.
        kind: how they are chosen.
        seed: fixes them.
        num_trials: in all; a grid has as many levels as they allow.
        takes: which keys a run has, given what was chosen before.

    Raises:
        ConfigError: Optuna is not installed, or there are too few trials for a grid.
    """

    def __init__(
        self, space: Space, *, kind: Kind = "tpe", seed: int, num_trials: int, takes: Takes = takes_all
    ) -> None:
        self._space, self._kind, self._takes, self._num_trials = space, kind, takes, num_trials
        self._optuna = optuna_module()
        with quiet():
            self._study = self._optuna.create_study(
                direction="maximize", sampler=_sampler(self._optuna.samplers, kind, seed)
            )
        self._asked: dict[int, optuna.Trial] = {}
        for values in _grid(space, num_trials, takes) if kind == "grid" else ():
            self._study.enqueue_trial(values)

    @property
    def num_ahead(self) -> int:
        """Trials that may be asked for at once without loss: none of them depends on what comes of another."""
        is_blind = self._kind in ("random", "grid", "qmc")
        return self.num_left if is_blind else max(0, min(NUM_FIRST, self._num_trials) - self.num_asked)

    @property
    def num_asked(self) -> int:
        """Trials that were asked for."""
        return len(self._asked)

    @property
    def num_left(self) -> int:
        """Trials that are left to be asked for; of a grid, no more than it has points."""
        waiting = self._study.get_trials(deepcopy=False, states=[self._optuna.trial.TrialState.WAITING])
        return len(waiting) if self._kind == "grid" else self._num_trials - self.num_asked

    def ask(self) -> Trial:
        """Propose a trial."""
        with quiet():
            asked = self._study.ask()
            self._asked[asked.number] = asked
            values: dict[str, str] = {}
            for key, axis in _lists_first(self._space):
                if self._takes(values, key):
                    values[key] = _suggested(asked, key, axis)
        return Trial(asked.number, {key: values[key] for key in self._space.axes if key in values})

    def tell(self, number: int, accuracy: float | None, *, pruned_at: int | None = None) -> None:
        """Say what came of a trial.

        Args:
            number: of the trial.
            accuracy: on validation, in [0, 1], the higher the better; None: there is no telling, as of a run that
                could not be carried out.
            pruned_at: epoch after which the run was ended early, which had this accuracy then; None: it was not.
        """
        states = self._optuna.trial.TrialState
        with quiet():
            if accuracy is None or not math.isfinite(accuracy):
                self._study.tell(number, state=states.FAIL)
            elif pruned_at is not None:
                self._asked[number].report(accuracy, pruned_at)
                self._study.tell(number, state=states.PRUNED)
            else:
                self._study.tell(number, accuracy)

    def trials(self) -> list[optuna.trial.FrozenTrial]:
        """Return all trials as Optuna has them, for its storage."""
        found: list[optuna.trial.FrozenTrial] = self._study.get_trials(deepcopy=False)
        return found


def optuna_module() -> ModuleType:
    """Return Optuna, which only says what is wrong.

    Raises:
        ConfigError: it is not installed; with the command that installs it.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what it imports in turn
            import cmaes  # noqa: F401 - Optuna says no more than that it is missing
            import optuna
    except ImportError as error:
        command = shlex.join([sys.executable, "-m", "pip", "install", *REQUIREMENTS])
        raise ConfigError(f"tune: Optuna is not installed ({error}). Install it: {command}") from None
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    return optuna


def _sampler(samplers: ModuleType, kind: Kind, seed: int) -> BaseSampler:
    make: Mapping[Kind, Callable[[], BaseSampler]] = {
        "tpe": lambda: samplers.TPESampler(seed=seed, n_startup_trials=NUM_FIRST, group=True),
        "random": lambda: samplers.RandomSampler(seed=seed),
        "grid": lambda: samplers.RandomSampler(seed=seed),  # all its points are given
        "cmaes": lambda: samplers.CmaEsSampler(
            seed=seed, n_startup_trials=NUM_FIRST, warn_independent_sampling=False
        ),
        "qmc": lambda: samplers.QMCSampler(seed=seed, scramble=True, warn_independent_sampling=False),
    }  # fmt: skip
    return make[kind]()


def _suggested(asked: optuna.Trial, key: str, axis: Axis) -> str:
    if isinstance(axis, Choice):
        return str(asked.suggest_categorical(key, axis.values))
    if isinstance(axis, Int):
        return axis.text(asked.suggest_int(key, axis.low, axis.high))
    return axis.text(asked.suggest_float(key, axis.low, axis.high, log=isinstance(axis, Log)))


def _lists_first(space: Space) -> Iterator[tuple[str, Axis]]:
    """Yield names of options before their keys, which some options do not have, and lists before ranges."""
    yield from sorted(space.axes.items(), key=lambda item: (not isinstance(item[1], Choice), "." in item[0]))


def _grid(space: Space, num_trials: int, takes: Takes) -> list[dict[str, str | float]]:
    """Return the points of a grid, each once, as Optuna takes them: lists whole, ranges with as many levels as fit.

    Raises:
        ConfigError: not even two levels fit.
    """
    num = _most_levels(space, num_trials)
    points: dict[tuple[tuple[str, str], ...], None] = {}
    ordered = dict(_lists_first(space))
    for values in itertools.product(*(_levels(axis, num) for axis in ordered.values())):
        found: dict[str, str] = {}
        for key, value in zip(ordered, values):
            if takes(found, key):
                found[key] = value
        points[tuple(found.items())] = None
    return [{key: _as_number(space.axes[key], text) for key, text in point} for point in points]


def _levels(axis: Axis, num: int) -> list[str]:
    return list(axis.values) if isinstance(axis, Choice) else axis.levels(num)


def _as_number(axis: Axis, text: str) -> str | float:
    return text if isinstance(axis, Choice) else int(text) if isinstance(axis, Int) else float(text)


def _most_levels(space: Space, num_trials: int) -> int:
    def size(num: int) -> int:
        return math.prod(len(_levels(axis, num)) for axis in space.axes.values())

    if size(2) > num_trials:
        raise ConfigError(
            f"sampler: a grid with two values of each range has {size(2)} points, got trials={num_trials}. "
            f"Give more trials, or take sampler=random."
        )
    return next(num for num in itertools.count(2) if size(num + 1) > num_trials or size(num + 1) == size(num))


@contextmanager
def quiet() -> Iterator[None]:
    """Keep back that parts of Optuna are experimental."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
