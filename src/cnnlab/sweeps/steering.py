"""What steers a sweep: keys that say how its runs are chosen, and nothing of the single run."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import yaml

from cnnlab.base.errors import ConfigError
from cnnlab.base.schema import Invalid, PlainMapping, coerce
from cnnlab.outputs.study_folder import SeedPlan
from cnnlab.sweeps.checked import Compose
from cnnlab.sweeps.designs import Conversation, grid
from cnnlab.sweeps.naming import called_baseline, decided_name, study_name
from cnnlab.sweeps.points import FOLD, SEED, Point, key_of
from cnnlab.sweeps.steering_keys import OF_FAIR, OF_TUNING, OF_TUNING_ALONE, STEERING

if TYPE_CHECKING:
    from cnnlab.sweeps.until_decided import UntilDecided

MOST_BY_DEFAULT = 20


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
    untuned: bool | None = None
    """Of a comparison of tuned arms: whether they are trained as they were, too; None: yes."""
    halving: bool | None = None
    """Whether weak arms end early; None: no."""
    eta: Literal[2, 3] | None = None
    """Of halving: one arm of so many goes on; None: 2."""


def begin(points: Sequence[Point], compose: Compose, typed: Mapping[str, str]) -> Conversation:
    """Return the conversation that the points, and what is typed and configured beside them, ask for.

    Args:
        points: of the grid.
        compose: makes a point's configuration.
        typed: key -> word of the command line.

    Raises:
        ConfigError: a value is wrong, or keys do not go together.
    """
    plain = first_composed(points, compose)
    steering = read_steering(written_steering(plain, typed), typed=typed)
    if given := next((key for key in (*OF_TUNING, *OF_FAIR) if getattr(steering, key) is not None), None):
        value = str(getattr(steering, given)).lower()
        if given in OF_TUNING_ALONE:
            raise ConfigError(f"{given}: goes with cnnlab tune, got {value}. Leave it out of a sweep.")
        raise ConfigError(f"{given}: goes with fair=, got {value}. Add fair='optimizer.lr=log(1e-4,1)'.")
    off = turned_off(plain)
    if steering.until is None:
        return Conversation(grid([dataclasses.replace(point, shared=(*point.shared, *off)) for point in points]))
    if has_folds(points):
        raise ConfigError("until: decided adds seeds, where the number of folds is fixed. Leave one of the two out.")
    arms = {point.arm: dataclasses.replace(point, seed="", shared=(*point.shared, *off)) for point in points}
    return _until_decided(list(arms.values()), compose, plain, steering, is_typed="baseline" in typed)


def written_steering(plain: PlainMapping, typed: Mapping[str, str]) -> PlainMapping:
    """Return what steers a sweep, key by key: as it is typed, else as it is configured."""
    values = {key: yaml.safe_load(word.partition("=")[2]) for key, word in typed.items() if key in STEERING}
    return {key: plain.get(key) for key in STEERING} | values


def turned_off(plain: PlainMapping) -> tuple[str, ...]:
    """Return the overrides by which runs know nothing of what a study says of its sweep."""
    return tuple(f"{key}=null" for key in STEERING if plain.get(key) is not None)


def has_folds(points: Sequence[Point]) -> bool:
    """Tell whether points are repeated over folds."""
    return any(key_of(text) == FOLD for point in points for text in point.overrides)


def first_composed(points: Sequence[Point], compose: Compose) -> PlainMapping:
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
    if steering.eta is not None and not steering.halving:
        raise ConfigError(f"eta: goes with halving=true, got {steering.eta}. Add halving=true.")
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
    from cnnlab.sweeps.looked import fresh_plan  # these bring numpy, and Hydra reads this file at every start
    from cnnlab.sweeps.siblings import asked_by_arms, same_question, study_of_arms

    name, asked = study_name(plain.get("study"), arms), asked_by_arms(arms, compose)
    study = study_of_arms(decided_name(name), asked, [point.arm for point in arms])
    plan = fresh_plan(same_question(name, asked), study, looks_of(steering))
    until = until_decided(arms, plan, plain, is_typed=is_typed)
    return Conversation(until.design(), until.standing, plan, study, steering.max_hours)


def looks_of(steering: Steering) -> tuple[int, ...]:
    """Return the numbers of seeds at which a study is looked at."""
    from cnnlab.comparison.looks import schedule  # this too

    return schedule(MOST_BY_DEFAULT if steering.max_seeds is None else steering.max_seeds)


def until_decided(arms: Sequence[Point], plan: SeedPlan, plain: PlainMapping, *, is_typed: bool) -> UntilDecided:
    """Return the conversation that adds seeds to arms.

    Args:
        arms: one point an arm, without a seed.
        plan: looks and seeds.
        plain: the configuration of one of them, which names baseline and margin.
        is_typed: whether the baseline stands on the command line.

    Raises:
        ConfigError: a baseline was typed, and no arm is called so.
    """
    from cnnlab.sweeps.until_decided import UntilDecided  # and this

    baseline = called_baseline(plain.get("baseline"), [point.arm for point in arms], is_typed=is_typed)
    margin = plain.get("margin")
    is_right = isinstance(margin, int | float) and margin > 0  # else each run is refused for it
    return UntilDecided(arms, plan, baseline, float(margin) / 100 if is_right and margin is not None else None)
