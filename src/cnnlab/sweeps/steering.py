"""What steers a sweep: keys that say how its runs are chosen, and nothing of the single run."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import yaml

from cnnlab.base.errors import ConfigError
from cnnlab.base.schema import Bound, Invalid, PlainMapping, Positive, PositiveInt, coerce
from cnnlab.outputs.study_folder import MOST_SEEDS
from cnnlab.sweeps.checked import Compose
from cnnlab.sweeps.designs import Conversation, grid
from cnnlab.sweeps.naming import called_baseline, decided_name, study_name
from cnnlab.sweeps.points import FOLD, SEED, Point, key_of

MOST_BY_DEFAULT = 20
MaxSeeds = Annotated[int, Bound(f"in [2, {MOST_SEEDS}]", low=2, high=MOST_SEEDS)]
OF_TUNING: Mapping[str, Any] = {
    "trials": PositiveInt | None,
    "sampler": Literal["tpe", "random", "cmaes", "grid", "qmc"] | None,
    "per_round": PositiveInt | None,
    "pruner": Literal["median", "hyperband", "none"] | None,
    "storage": str | None,
}
OF_SEEDS: Mapping[str, Any] = {
    "until": Literal["decided"] | None,
    "max_seeds": MaxSeeds | None,
    "max_hours": Positive | None,
}
STEERING: Mapping[str, Any] = {**OF_SEEDS, **OF_TUNING}
"""Key -> what its value may be. Runs know nothing of them: `config.rules` refuses them where there is no sweep."""


@dataclass(frozen=True)
class Steering:
    """How the runs of a sweep are chosen."""

    until: Literal["decided"] | None = None
    """decided: seeds are added until the answer is; None: the points as they were typed."""
    max_seeds: int | None = None
    max_hours: float | None = None
    trials: int | None = None
    """Of a tuning, as the next ones; None: as `tuning.beginning` has it."""
    sampler: Literal["tpe", "random", "cmaes", "grid", "qmc"] | None = None
    per_round: int | None = None
    pruner: Literal["median", "hyperband", "none"] | None = None
    storage: str | None = None


def begin(points: Sequence[Point], compose: Compose, typed: Mapping[str, str]) -> Conversation:
    """Return the conversation that the points, and what is typed and configured beside them, ask for.

    Args:
        points: of the grid.
        compose: makes a point's configuration.
        typed: key -> word of the command line.

    Raises:
        ConfigError: a value is wrong, or keys do not go together.
    """
    plain = _first_composed(points, compose)
    steering = read_steering(written_steering(plain, typed), typed=typed)
    if given := next((key for key in OF_TUNING if getattr(steering, key) is not None), None):
        raise ConfigError(f"{given}: goes with cnnlab tune, got {getattr(steering, given)}. Leave it out of a sweep.")
    if steering.until is None:
        return Conversation(grid(points))
    if any(key_of(text) == FOLD for point in points for text in point.overrides):
        raise ConfigError("until: decided adds seeds, where the number of folds is fixed. Leave one of the two out.")
    off = turned_off(plain)
    arms = {point.arm: dataclasses.replace(point, seed="", shared=(*point.shared, *off)) for point in points}
    return _until_decided(list(arms.values()), compose, plain, steering, is_typed="baseline" in typed)


def written_steering(plain: PlainMapping, typed: Mapping[str, str]) -> PlainMapping:
    """Return what steers a sweep, key by key: as it is typed, else as it is configured."""
    values = {key: yaml.safe_load(word.partition("=")[2]) for key, word in typed.items() if key in STEERING}
    return {key: plain.get(key) for key in STEERING} | values


def turned_off(plain: PlainMapping) -> tuple[str, ...]:
    """Return the overrides by which runs know nothing of what a study says of its sweep."""
    return tuple(f"{key}=null" for key in STEERING if plain.get(key) is not None)


def _first_composed(points: Sequence[Point], compose: Compose) -> PlainMapping:
    """Return the configuration of the first point that has one; what is wrong with the others is said of each."""
    for point in points:
        try:
            return compose(point.overrides)
        except ConfigError:
            continue
    return {}


def read_steering(written: Mapping[str, object], *, typed: Iterable[str]) -> Steering:
    """Return what steers a sweep.

    Args:
        written: key -> plain value.
        typed: keys on the command line.

    Raises:
        ConfigError: a value is wrong, or keys do not go together.
    """
    values, problems = {}, []
    for key, kind in STEERING.items():
        try:
            values[key] = coerce(written.get(key), kind)
        except Invalid as error:
            problems.append(f"{key}: {error}.")
    if problems:
        raise ConfigError(*problems)
    steering = Steering(**values)
    if steering.until is not None and SEED in typed:
        raise ConfigError("until: decided chooses the seeds itself. Leave seed= out.")
    alone = [
        f"{key}: goes with until=decided, got {values[key]:g}." for key in ("max_seeds", "max_hours") if values[key]
    ]
    if steering.until is None and alone:
        raise ConfigError(f"{alone[0]} Add until=decided.")
    return steering


def _until_decided(
    arms: Sequence[Point], compose: Compose, plain: PlainMapping, steering: Steering, *, is_typed: bool
) -> Conversation:
    if len(arms) < 2:
        raise ConfigError("until: decided compares arms, got one. Sweep over something: optimizer=sgd,adam")
    from cnnlab.comparison.looks import schedule  # these bring numpy, and Hydra reads this file at every start
    from cnnlab.sweeps.looked import fresh_plan
    from cnnlab.sweeps.siblings import asked_by_arms, same_question, study_of_arms
    from cnnlab.sweeps.until_decided import UntilDecided

    name = study_name(plain.get("study"), arms)
    looks = schedule(MOST_BY_DEFAULT if steering.max_seeds is None else steering.max_seeds)
    asked, names = asked_by_arms(arms, compose), [point.arm for point in arms]
    study = study_of_arms(decided_name(name), asked, names)
    plan = fresh_plan(same_question(name, asked), study, looks)
    baseline = called_baseline(plain.get("baseline"), names, is_typed=is_typed)
    margin = plain.get("margin")
    is_right = isinstance(margin, int | float) and margin > 0  # else each run is refused for it
    until = UntilDecided(arms, plan, baseline, float(margin) / 100 if is_right and margin is not None else None)
    return Conversation(until.design(), until.standing, plan, study, steering.max_hours)
