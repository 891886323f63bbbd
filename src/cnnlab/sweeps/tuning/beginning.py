"""From words to a tuning: what is searched, how, and which study it is."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from cnnlab.base.errors import ConfigError
from cnnlab.base.schema import PlainMapping
from cnnlab.outputs.study_folder import Asked
from cnnlab.sweeps.checked import Compose, configured
from cnnlab.sweeps.designs import Conversation
from cnnlab.sweeps.points import ARM, FOLD, SEED, Grid, Point, key_of, word_of_arm
from cnnlab.sweeps.siblings import asked_by, study_of_question
from cnnlab.sweeps.steering import Steering, read_steering, turned_off, written_steering
from cnnlab.sweeps.tuning.design import Tuning
from cnnlab.sweeps.tuning.keys import Keys
from cnnlab.sweeps.tuning.pruning import Kind as Pruner
from cnnlab.sweeps.tuning.report import TuningReport
from cnnlab.sweeps.tuning.sampling import Sampler
from cnnlab.sweeps.tuning.space import EXAMPLE, Choice, Space, read_space

TRIALS, PER_ROUND = 30, 4
MAY_END = ("diverged", "pruned", "refused")
"""What may become of a trial: the next ones are chosen by it."""


def begin_tuning(
    grid: Grid, ranges: Sequence[str], compose: Compose, typed: Mapping[str, str], *, exclude: Sequence[str] = ()
) -> Conversation:
    """Return the conversation of a tuning.

    Args:
        grid: whose lists of values are searched, and what all trials share.
        ranges: that are searched, as typed.
        compose: makes a point's configuration.
        typed: key -> word of the command line.
        exclude: points that are left out, as typed: there are none to leave out.

    Raises:
        ConfigError: a value is wrong, nothing is searched, keys do not go together, or Optuna is not installed.
    """
    if problems := list(_of_grids(grid, exclude)):
        raise ConfigError(*problems)
    space = _space(grid, ranges, typed)
    if not space.axes:
        raise ConfigError(f"tune: nothing to search. Give ranges or lists: cnnlab tune {EXAMPLE} optimizer=sgd,adam")
    base = _base(grid, space)
    plain = compose([*base.overrides, *(text for text in grid.shared if key_of(text) == SEED)])
    steering = read_steering(written_steering(plain, typed), typed=())
    if problems := list(_problems(space, plain, steering)):
        raise ConfigError(*problems)
    base = replace(base, shared=(*base.shared, *turned_off(plain)))
    keys = Keys(base, compose, space)
    keys.check(space.axes)
    seed, kind, pruner = plain[SEED], steering.sampler or "tpe", _pruner(space, steering)
    sampler = Sampler(space, kind=kind, seed=seed, num_trials=steering.trials or TRIALS, takes=keys.takes)
    tuning = Tuning(base, space, sampler, seed, steering.per_round or PER_ROUND, pruner, plain["epochs"])
    name = plain.get("study") or f"tune-{'-'.join(space.axes)}"
    how = {"sampler": kind, "pruner": pruner, "per_round": str(tuning.per_round), "seed of trials": str(seed)}
    asked = _asked(base, space, compose, how)
    return Conversation(
        tuning.design(), tuning.standing, study=study_of_question(name, asked), name=name, asked=asked,
        reporter=lambda study, rows: TuningReport(tuning, kind, steering.storage, study, rows), may_end=MAY_END,
        wants_curves=pruner != "none",
    )  # fmt: skip


def _of_grids(grid: Grid, exclude: Sequence[str]) -> Iterable[str]:
    """Yield what goes with grids alone."""
    if grid.zips:
        yield f"zip: is about a grid, got {','.join(grid.zips[0])}. Leave it out of cnnlab tune."
    if exclude:
        yield f"exclude: is about a grid, got {exclude[0]}. Leave it out of cnnlab tune."
    if len(grid.arms) > 1:
        first = shlex.quote(word_of_arm(next(iter(grid.arms))))
        yield f"{ARM}: one is tuned at a time, of {', '.join(grid.arms)}. Choose it: {first}"


def _space(grid: Grid, ranges: Sequence[str], typed: Mapping[str, str]) -> Space:
    """Return what is searched; seeds that a study repeats its arms over are none of it."""
    read = read_space(ranges).axes
    lists = {key: Choice(tuple(text.partition("=")[2] for text in texts)) for key, texts in grid.axes.items()}
    if SEED not in typed:
        lists.pop(SEED, None)
    return Space({**lists, **read})


def _base(grid: Grid, space: Space) -> Point:
    """Return what all trials share."""
    ((name, own),) = grid.arms.items()
    beaten = {*grid.given, *space.axes}
    own = tuple(text for text in own if key_of(text) not in beaten)
    return Point(name, own, tuple(text for text in grid.shared if key_of(text) != SEED), (), "")


def _problems(space: Space, plain: PlainMapping, steering: Steering) -> Iterable[str]:
    """Yield what does not go together."""
    for key in (SEED, FOLD):
        if key in space.axes:
            yield f"{key}: is not searched, got {space.axes[key].written}. Give one; the best gets fresh seeds."
    for key in ("until", "max_seeds", "max_hours"):
        if (value := getattr(steering, key)) is not None:
            yield f"{key}: is about arms that are compared, got {value}. Leave it out of cnnlab tune."
    if "epochs" in space.axes and steering.pruner not in (None, "none"):
        yield f"pruner: compares trials of as many epochs, got epochs={space.axes['epochs'].written}. Leave one out."
    if plain.get("dataset", {}).get("val_fraction") == 0:
        yield "tune: goes by the validation accuracy, got dataset.val_fraction=0. Give it some images."


def _pruner(space: Space, steering: Steering) -> Pruner:
    """Return which trials end early; those of other numbers of epochs cannot be compared on their way."""
    return steering.pruner or ("none" if "epochs" in space.axes else "median")


def _asked(base: Point, space: Space, compose: Compose, how: Mapping[str, str]) -> Asked:
    """Return what is asked: the space, how it is searched, and the settings that are not."""
    try:
        common = asked_by([], [configured(base, compose)]).common
    except ConfigError:
        common = {}  # right with what is searched alone
    own = {key: text for key, text in common.items() if not any(_is_of(key, axis) for axis in space.axes)}
    spaces = {f"space of {key}": axis.written for key, axis in space.axes.items()}
    return Asked(tuple(sorted(space.axes)), {**own, **spaces, **how})


def _is_of(key: str, axis: str) -> bool:
    """Tell whether a setting is searched, or belongs to an option that is."""
    return key == axis or key.startswith(f"{axis}.")
