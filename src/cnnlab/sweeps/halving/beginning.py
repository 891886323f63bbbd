"""From words to halving: which arms, which stages, over which seeds those left are compared, and which study it is."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping, Sequence

from cnnlab.base.errors import ConfigError
from cnnlab.base.schema import PlainMapping
from cnnlab.base.texts import first_names
from cnnlab.config.run_config import RunConfig
from cnnlab.outputs.study_folder import Asked
from cnnlab.runs.extending import can_go_on, could_go_on
from cnnlab.sweeps.checked import Compose, configured
from cnnlab.sweeps.designs import Conversation
from cnnlab.sweeps.fresh_seeds import FreshSeeds
from cnnlab.sweeps.halving.design import EPOCHS, LEFT, Halving, stages_of
from cnnlab.sweeps.halving.report import HalvingReport
from cnnlab.sweeps.naming import called_baseline, study_name
from cnnlab.sweeps.points import Point, key_of, unseeded
from cnnlab.sweeps.siblings import asked_by_arms, rows_of, study_of_question
from cnnlab.sweeps.steering import (
    Steering,
    first_composed,
    has_folds,
    read_steering,
    turned_off,
    written_steering,
)
from cnnlab.sweeps.steering_keys import OF_FAIR, OF_TUNING

_PENDING = "arms are being halved. Repeat the command to go on."
ETA = 2


def begin_halving(points: Sequence[Point], compose: Compose, typed: Mapping[str, str]) -> Conversation:
    """Return the conversation of a grid whose weak arms end early.

    Args:
        points: of the grid.
        compose: makes a point's configuration.
        typed: key -> word of the command line.

    Raises:
        ConfigError: a value is wrong, or keys do not go together.
    """
    plain = first_composed(points, compose)
    steering = read_steering(written_steering(plain, typed), typed=typed)
    arms = list({point.arm: unseeded(point, turned_off(plain)) for point in points}.values())
    epochs, eta = plain.get(EPOCHS), steering.eta or ETA
    stages = stages_of(len(arms), epochs, eta) if isinstance(epochs, int) else ()
    configs = _configs(arms, compose)
    at_once = [name for name, config in configs.items() if config.learns != "in steps"]
    if problems := [*_problems(points, arms, stages, plain, steering), *_of_epochs(at_once)]:
        raise ConfigError(*problems)
    baseline = called_baseline(plain.get("baseline"), [arm.arm for arm in arms], is_typed="baseline" in typed)
    seeds = FreshSeeds.fixed(points)
    continued = {name for name, config in configs.items() if can_go_on(config)}
    halving = Halving(arms, stages, eta, seeds, baseline, continued, any(map(could_go_on, configs.values())))
    name, asked = f"{study_name(plain.get('study'), arms)}-halving", asked_by_arms(arms, compose)
    how = {"eta": str(eta), "arms": "; ".join(sorted(arm.arm for arm in arms))}  # others fall where there are more
    asked = Asked(asked.swept, {**asked.common, **how})
    study = study_of_question(name, asked)
    return Conversation(
        halving.design(), halving.standing, study=study, name=name, asked=asked,
        reporter=lambda folder, rows: HalvingReport(halving, folder, rows), may_end=("diverged", "refused"),
        arms=tuple(arm.arm for arm in arms), pending=rows_of(study) or seeds.pending(arms, why=_PENDING),
    )  # fmt: skip


def _of_epochs(at_once: Sequence[str]) -> Iterable[str]:
    """Yield what is wrong with arms that have no epochs."""
    if at_once:
        learn = "learns" if len(at_once) == 1 else "learn"
        yield f"halving: gives out epochs, and {first_names(at_once, most=3)} {learn} at once. Leave it out."


def _configs(arms: Sequence[Point], compose: Compose) -> dict[str, RunConfig]:
    """Return the configurations of arms, by their names."""
    found = {}
    for arm in arms:
        with contextlib.suppress(ConfigError):  # it is refused when it is its turn
            found[arm.arm] = configured(arm, compose)
    return found


def _problems(
    points: Sequence[Point], arms: Sequence[Point], stages: Sequence[int], plain: PlainMapping, steering: Steering
) -> Iterable[str]:
    """Yield what does not go together."""
    if len(arms) <= LEFT:
        yield f"halving: begins with more than {LEFT} arms, got {len(arms)}. Leave it out: so few are compared at once."
    elif not stages:
        yield f"{EPOCHS}: halving begins with a part of them, got {plain.get(EPOCHS)}. Give 2 or more."
    if any(key_of(text) == EPOCHS for point in points for text in point.swept):
        yield f"{EPOCHS}: are what halving gives out, so that they cannot be swept. Leave one of the two out."
    if has_folds(points):
        yield "halving: compares those left over fresh seeds, where folds are fixed. Leave one of the two out."
    for key in (*OF_TUNING, *OF_FAIR):
        if (value := getattr(steering, key)) is not None:
            yield f"{key}: is about tuning, got {str(value).lower()}. Leave it out of halving."
    if steering.until is not None:
        yield "until: decided chooses the seeds of all arms. Leave it out of halving, and repeat it with those left."
    if plain.get("dataset", {}).get("val_fraction") == 0:
        yield "halving: goes by the validation accuracy, got dataset.val_fraction=0. Give it some images."
