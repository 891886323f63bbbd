"""From words to a fair comparison: which arms are tuned in which space, over which seeds, and which study it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from cnnlab.base.errors import ConfigError
from cnnlab.base.hashing import FileHashes
from cnnlab.base.schema import PlainMapping
from cnnlab.outputs.files import runs_dir
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.standing import standing
from cnnlab.outputs.study_folder import Asked, SeedPlan
from cnnlab.sweeps.checked import Compose, Job, check_points, configured
from cnnlab.sweeps.designs import Conversation
from cnnlab.sweeps.fair.arms import FairArm, searched, untuned
from cnnlab.sweeps.fair.design import Fair
from cnnlab.sweeps.fair.report import FairReport
from cnnlab.sweeps.fair.words import FAIR, read_fair
from cnnlab.sweeps.fresh_seeds import FreshSeeds
from cnnlab.sweeps.looked import fresh_plan
from cnnlab.sweeps.naming import decided_name, study_name
from cnnlab.sweeps.points import Point, unseeded
from cnnlab.sweeps.siblings import asked_by_arms, rows_of, same_question, study_of_question
from cnnlab.sweeps.steering import (
    Steering,
    first_composed,
    has_folds,
    looks_of,
    read_steering,
    turned_off,
    until_decided,
    written_steering,
)  # fmt: skip
from cnnlab.sweeps.steering_keys import OF_TUNING_ALONE
from cnnlab.sweeps.tuning.beginning import MAY_END, PER_ROUND, TRIALS
from cnnlab.sweeps.tuning.design import Tuning
from cnnlab.sweeps.tuning.keys import Keys
from cnnlab.sweeps.tuning.sampling import Sampler
from cnnlab.sweeps.tuning.space import Space

_PENDING = "its settings are being searched. Repeat the command to go on."


def begin_fair(
    points: Sequence[Point], texts: Sequence[str], compose: Compose, typed: Mapping[str, str]
) -> Conversation:
    """Return the conversation of a fair comparison.

    Args:
        points: of the grid.
        texts: of `fair=`.
        compose: makes a point's configuration.
        typed: key -> word of the command line.

    Raises:
        ConfigError: a value is wrong, keys do not go together, or Optuna is not installed.
    """
    space, plain = read_fair(texts, points), first_composed(points, compose)
    steering = read_steering(written_steering(plain, typed), typed=typed)
    off = turned_off(plain)
    of_arms = {point.arm: unseeded(point, off) for point in points}
    points_of_arms = list(of_arms.values())
    if problems := list(_problems(points, of_arms, plain, steering)):
        raise ConfigError(*problems)
    name = f"{study_name(plain.get('study'), points_of_arms)}-{FAIR}"
    sampler, trials = steering.sampler or "tpe", steering.trials or TRIALS
    how = {"trials": str(trials), "sampler": sampler, "per_round": str(steering.per_round or PER_ROUND)}
    asked = _asked(asked_by_arms(points_of_arms, compose), space, how)
    study = study_of_question(name if steering.until is None else decided_name(name), asked)
    plan = None if steering.until is None else fresh_plan(same_question(name, asked), study, looks_of(steering))
    seeds = _seeds(points, list(of_arms), plan, plain, typed)
    arms = [_arm(point, space, compose, steering, seed=seeds.apart) for point in points_of_arms]
    _check_keys(arms, space, compose)
    tuned = [arm.point for arm in arms if arm.tuning is not None]  # others are the same runs
    fair = Fair(arms, seeds, _beside(seeds.points(tuned), compose, steering))
    return Conversation(
        fair.design(), fair.standing, plan, study, steering.max_hours, name, asked,
        reporter=lambda folder, rows: FairReport(fair, space, how, folder, rows), may_end=MAY_END, arms=tuple(of_arms),
        pending=rows_of(study) or seeds.pending(points_of_arms, why=_PENDING),
    )  # fmt: skip


def _problems(
    points: Sequence[Point], arms: Mapping[str, Point], plain: PlainMapping, steering: Steering
) -> Iterable[str]:
    """Yield what does not go together."""
    if len(arms) < 2:
        yield f"{FAIR}: compares arms, got one. Sweep over something: optimizer=sgd,adam, or search: cnnlab tune"
    if has_folds(points):
        yield f"{FAIR}: compares arms over fresh seeds, where folds are fixed. Leave one of the two out."
    for key in (*OF_TUNING_ALONE, "halving"):
        if (value := getattr(steering, key)) is not None:
            yield f"{key}: does not go with fair=, got {str(value).lower()}. Leave it out."
    if plain.get("dataset", {}).get("val_fraction") == 0:
        yield f"{FAIR}: tunes by the validation accuracy, got dataset.val_fraction=0. Give it some images."


def _seeds(
    points: Sequence[Point], arms: Sequence[str], plan: SeedPlan | None, plain: PlainMapping, typed: Mapping[str, str]
) -> FreshSeeds:
    """Return the seeds of the comparison: as typed, else five, or those of a plan."""
    if plan is not None:
        return FreshSeeds(
            dict.fromkeys(arms, plan.seeds[: plan.looks[0]]), plan.looks[-1],
            lambda settled: until_decided(settled, plan, plain, is_typed="baseline" in typed),
        )  # fmt: skip
    return FreshSeeds.fixed(points)


def _arm(point: Point, space: Space, compose: Compose, steering: Steering, *, seed: int) -> FairArm:
    base = searched(point, space)
    keys = Keys(base, compose, space)
    own = Space({key: axis for key, axis in space.axes.items() if keys.may_take(key)})
    without = tuple(key for key in space.axes if key not in own.axes)
    if not own.axes:
        return FairArm(point, None, without, _epochs(point, compose))
    sampler = Sampler(
        own, kind=steering.sampler or "tpe", seed=seed, num_trials=steering.trials or TRIALS, takes=keys.takes
    )
    tuning = Tuning(base, own, sampler, seed, steering.per_round or PER_ROUND)
    return FairArm(point, tuning, without, _epochs(point, compose))


def _epochs(point: Point, compose: Compose) -> int | None:
    """Return the epochs of an arm's runs; None where they learn at once, or are refused."""
    try:
        config = configured(point, compose)
    except ConfigError:
        return None
    return config.epochs if config.learns == "in steps" else None


def _check_keys(arms: Sequence[FairArm], space: Space, compose: Compose) -> None:
    """Refuse a key that no arm has.

    Raises:
        ConfigError: there is one.
    """
    lacked = [key for key in space.axes if all(key in arm.without for arm in arms)]
    Keys(searched(arms[0].point, space), compose, space).check(lacked)


def _beside(points: Sequence[Point], compose: Compose, steering: Steering) -> list[Point]:
    """Return the points of untuned arms: all, or those whose runs are there anyway."""
    named = [untuned(point) for point in points]
    if steering.untuned is not False:
        return named
    checked = check_points(named, compose, FileHashes()).points
    return [point for point, job in checked if isinstance(job, Job) and _is_there(job)]


def _is_there(job: Job) -> bool:
    return standing(RunFolder(runs_dir() / job.run_id)) == "finished"


def _asked(asked: Asked, space: Space, how: Mapping[str, str]) -> Asked:
    """Return what is asked: the grid's question, and how its arms are tuned."""
    spaces = {f"space of {key}": axis.written for key, axis in space.axes.items()}
    other = {f"{FAIR} in": " ".join(sorted(space.axes))}  # a key more is another question
    return Asked(asked.swept, {**asked.common, **spaces, **other, **how})
