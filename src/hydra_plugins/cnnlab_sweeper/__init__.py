"""Hydra's side of a sweep: expands the grid, composes its points, has them carried out. It writes nothing."""

import csv
import shlex
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hydra.core.config_store import ConfigStore
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.core.plugins import Plugins
from hydra.core.utils import JobReturn
from hydra.plugins.sweeper import Sweeper
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig

from cnnlab.base import schema  # not what is in it: of Plain, Python 3.10 tells Hydra that it is a class
from cnnlab.base.errors import ConfigError, unknown
from cnnlab.cli.arguments import SWEEP
from cnnlab.cli.commands import DEFAULT
from cnnlab.cli.composing_points import PointComposer
from cnnlab.cli.grid_words import SPACE, as_typed, read_texts
from cnnlab.cli.jobs import TrainJob, outcome_of
from cnnlab.cli.swept import check_axes, check_size, read_arms, read_params, values
from cnnlab.config.conf_files import EXPERIMENT, read_options
from cnnlab.config.run_config import Folds
from cnnlab.sweeps.exclusions import EXCLUDE, idle, left, read_exclusions
from cnnlab.sweeps.fair.words import FAIR
from cnnlab.sweeps.points import ARM, FOLD, FOLDS, SEED, Grid, Point, key_of
from cnnlab.sweeps.steering_keys import STEERING
from cnnlab.sweeps.tuning.space import is_range
from cnnlab.sweeps.zipping import ZIP, read_zips

CROSS_VALIDATION = "cross_validation"
"""What trains every arm once per fold: `cross_validation=5`."""


@dataclass
class GridSweeperConfig:
    """What `hydra/sweeper=cnnlab` takes."""

    _target_: str = "hydra_plugins.cnnlab_sweeper.GridSweeper"
    arms: schema.Plain = field(default_factory=dict)
    """Name -> list of overrides; what is typed or swept beats them."""
    params: schema.Plain = field(default_factory=dict)
    """Key -> values as on the command line, e.g. `seed: "0,1,2"`; what is typed beats it."""
    zip: Any = None
    """Swept keys that go in step, e.g. "optimizer,optimizer.lr", a text a group; zip= beats it."""
    fair: Any = None
    """Ranges in which every arm is tuned before, e.g. "optimizer.lr=log(1e-4,1)", a text or several; fair= beats it."""
    space: Any = None
    """Ranges that are searched, e.g. "optimizer.lr=log(1e-4,1)", a text each; with it the sweep is a tuning."""
    exclude: Any = None
    """Conditions whose points are left out, e.g. "optimizer=sgd activation=tanh", a text each; exclude= beats it."""


class GridSweeper(Sweeper):
    """Runs every arm with every combination of the swept values, seeds outermost, so that all arms come early.

    Args:
        arms: as of GridSweeperConfig.
        params: likewise.
        zip: likewise.
        exclude: likewise.
        fair: likewise.
        space: likewise.
    """

    def __init__(
        self,
        arms: DictConfig,
        params: DictConfig,
        zip: object,  # noqa: A002 - the word as typed
        exclude: object,
        fair: object,
        space: object,
    ) -> None:
        self.arms, self.params, self.is_tuning = arms, params, space is not None
        self.written: Mapping[str, object] = {ZIP: zip, EXCLUDE: exclude, FAIR: fair, SPACE: space}

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        """Take what Hydra gives every sweeper; here, the task is the job of a command."""
        assert isinstance(task_function, TrainJob)
        self.job, self.hashes, self.stop = task_function, task_function.library.hashes, task_function.stop
        self.config = config
        self.loader = hydra_context.config_loader
        self.launcher = Plugins.instance().instantiate_launcher(
            hydra_context=hydra_context, task_function=task_function, config=config
        )

    def sweep(self, arguments: list[str]) -> Sequence[JobReturn]:
        """Compose and check every run once, run those that are right, then show how all of them ended.

        Raises:
            ConfigError: no run is right.
            RunError: runs were refused or failed.
            Interrupted: the user stopped it; what is done is kept.
        """
        assert self.config is not None
        assert self.launcher is not None
        from cnnlab.sweeps.leading import begin_sweep  # Hydra reads this file at every start, and a run needs neither
        from cnnlab.sweeps.sweep import Sweep

        master, launcher = self.config, self.launcher
        composer = getattr(launcher, "composer", None)  # of ours, for both; Hydra's launchers compose for themselves
        compose = (composer or PointComposer(self.loader, master)).compose
        read = {name: read_texts(written, name) for name, written in self.written.items()}
        typed = {key_of(text): text for text in arguments}
        params, ranges = self._params({*typed, *map(key_of, read[SPACE])})
        grid = self._grid(arguments, read, params)
        if self.is_tuning:
            from cnnlab.sweeps.tuning.beginning import begin_tuning  # other sweeps need none of it

            conversation = begin_tuning(grid, [*ranges, *read[SPACE]], compose, typed, exclude=read[EXCLUDE])
        else:
            points = _without_excluded(grid.points(), read[EXCLUDE])
            conversation = begin_sweep(points, compose, typed, fair=read[FAIR])
        sweep = Sweep(
            conversation,
            compose,
            command=_typed(master.hydra.job.name, read, is_tuning=self.is_tuning),
            hashes=self.hashes,
            stop=self.stop,
            question=_question(master, arguments),
        )
        settle = getattr(launcher, "settle", None)  # of the launcher that leaves it to the sweep how to go on
        self.job.study = sweep.study
        if sweep.is_planned:
            sweep.show_plan(is_chosen=settle is not None)
            return []
        try:
            sweep.carry_out(
                lambda jobs: [outcome_of(job) for job in launcher.launch(jobs, initial_job_idx=0)], settle=settle
            )
        finally:
            getattr(launcher, "close", lambda: None)()  # workers of ours; Hydra's launchers keep nothing
        return []

    def _params(self, typed: Collection[str]) -> tuple[dict[str, str], list[str]]:
        """Return what a study sweeps over, key by key, and the ranges that it is searched in; less what is typed.

        Raises:
            ConfigError: there are ranges, and nothing is searched.
        """
        words = {key: f"{key}={value}" for key, value in read_params(self.params).items()}
        ranges = {key: word for key, word in words.items() if is_range(word)}
        wanted = [word for key, word in ranges.items() if key not in typed]
        if wanted and not self.is_tuning:
            raise ConfigError(*(_needs_tune(word) for word in wanted))
        return {key: word for key, word in words.items() if key not in ranges}, wanted

    def _grid(self, arguments: list[str], read: Mapping[str, Sequence[str]], params: Mapping[str, str]) -> Grid:
        assert self.config is not None
        given = dict(params)
        given |= {key_of(text): text for text in arguments if key_of(text) not in STEERING}
        given |= _folds(self.config, given)
        arms = _chosen_arms(read_arms(self.arms), given.pop(ARM, None))
        overrides = OverridesParser.create(config_loader=self.loader).parse_overrides(list(given.values()))
        shared = tuple(str(override.input_line) for override in overrides if not override.is_sweep_override())
        swept = [override for override in overrides if override.is_sweep_override()]
        zips = read_zips(read[ZIP], [key_of(str(override.get_key_element())) for override in swept])
        check_axes(swept)
        check_size(swept, num_arms=len(arms), zips=zips)
        axes = {str(override.get_key_element()): _values(override) for override in swept}
        if FOLD in given and SEED in axes:
            raise ConfigError(
                f"seed: one for all folds, which take the place of seeds, got {given[SEED]}. Give one: seed=0."
            )
        return Grid(arms, axes, shared, tuple(given), zips)


def _needs_tune(word: str) -> str:
    """Say that a range of a study is none of a grid."""
    key, _, value = word.partition("=")
    command = shlex.join(["cnnlab", "tune", *(text for text in sys.argv[1:] if text not in SWEEP)])
    return f"hydra.sweeper.params.{key}: is a range to search, got {value}. Type: {command}"


def _without_excluded(points: list[Point], written: Sequence[str]) -> list[Point]:
    """Return the points that the words leave, and say which words leave out none."""
    exclusions = read_exclusions(written, points)
    kept = left(points, exclusions)
    for note in idle(points, exclusions):
        print(f"note     {note}")
    return kept


def _folds(master: DictConfig, given: dict[str, str]) -> dict[str, str]:
    """Take `cross_validation` away, and return the overrides that it stands for; none where it is off.

    Raises:
        ConfigError: it is no number of folds, or the folds are given otherwise too.
    """
    value = master.get(CROSS_VALIDATION)  # of a study
    if CROSS_VALIDATION in given:
        value = given.pop(CROSS_VALIDATION).partition("=")[2]
    try:
        folds = schema.coerce(None if value == "null" else value, Folds | None)
    except schema.Invalid as error:
        raise ConfigError(f"{CROSS_VALIDATION}: {error}.") from None
    if folds is None:
        return {}
    if twice := next((given[key] for key in (FOLDS, FOLD) if key in given), None):
        raise ConfigError(f"{CROSS_VALIDATION}: sets {FOLDS} and {FOLD}, got {twice} too. Leave one of the two out.")
    return {FOLDS: f"{FOLDS}={folds}", FOLD: f"{FOLD}={','.join(str(fold) for fold in range(1, folds + 1))}"}


def _chosen_arms(arms: Mapping[str, tuple[str, ...]], text: str | None) -> Mapping[str, tuple[str, ...]]:
    """Return the named arms that are wanted, one nameless arm where there are none; a name with a comma is quoted.

    Raises:
        ConfigError: there is no such arm.
    """
    if text is None:
        return arms or {"": ()}
    typed = next(csv.reader([text.partition("=")[2]], skipinitialspace=True))
    names = [name.strip() for name in typed or [""]]
    if not arms:
        raise ConfigError(f"{ARM}: this sweep has no named arms, got {','.join(names)}. They come with a study.")
    if problems := [f"{ARM}: {unknown(name, arms)}" for name in names if name not in arms]:
        raise ConfigError(*problems)
    return {name: arms[name] for name in names}


def _values(override: Override) -> list[str]:
    """Return the overrides that a swept one stands for."""
    key = str(override.get_key_element())
    if key == "experiment":
        raise ConfigError("experiment: one study at a time, each brings its own sweep.")
    return [f"{key}={value}" for value in values(override)]


def _typed(command: str, read: Mapping[str, Sequence[str]], *, is_tuning: bool) -> str:
    """Return the command line of this sweep."""
    own = [word for word in as_typed(sys.argv[1:], read) if not (is_tuning and word in SWEEP)]
    return shlex.join(["cnnlab", *(["tune"] if is_tuning else []), *([] if command == DEFAULT else [command]), *own])


def _question(master: DictConfig, arguments: Sequence[str]) -> str | None:
    """Return what the study asks, as the head of its file says."""
    name = next((text.partition("=")[2] for text in arguments if key_of(text) == EXPERIMENT), None)
    folders = [Path(source.path) for source in master.hydra.runtime.config_sources if source.schema == "file"]
    return next((option.explanation for option in read_options(EXPERIMENT, folders) if option.name == name), None)


ConfigStore.instance().store(group="hydra/sweeper", name="cnnlab", node=GridSweeperConfig, provider="cnnlab")
