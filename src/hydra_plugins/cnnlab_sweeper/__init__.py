"""Hydra's side of a sweep: expands the grid, hands the runs to the launcher. It writes nothing."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

from hydra.core.config_store import ConfigStore
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.core.plugins import Plugins
from hydra.core.utils import JobReturn
from hydra.plugins.sweeper import Sweeper
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig

from cnnlab.cli.problems import not_discrete
from cnnlab.cli.sweep import Point, check_points, close, show_plan
from cnnlab.errors import ConfigError
from cnnlab.schema import Plain


@dataclass
class GridSweeperConfig:
    """What `hydra/sweeper=cnnlab` takes."""

    _target_: str = "hydra_plugins.cnnlab_sweeper.GridSweeper"
    params: Plain = field(default_factory=dict)
    """Key -> values as on the command line, e.g. `seed: "0,1,2"`; what is typed beats it."""


class GridSweeper(Sweeper):
    """Runs every combination of the swept values, seeds outermost: a sweep that was stopped has all arms."""

    def __init__(self, params: DictConfig) -> None:
        self.params = {str(key): value for key, value in params.items()}

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        """Take what Hydra gives every sweeper."""
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
        """
        assert self.config is not None
        assert self.launcher is not None
        master, points = self.config, self._grid(arguments)
        jobs, refused = check_points(points, lambda overrides: self.loader.load_sweep_config(master, overrides))
        if any(job.is_planned for job in jobs):
            show_plan(jobs, refused)
            return []
        returned = self.launcher.launch([job.point.overrides for job in jobs], initial_job_idx=0)
        close(jobs, refused, returned)
        return returned

    def _grid(self, arguments: list[str]) -> list[Point]:
        given = {key: f"{key}={value}" for key, value in self.params.items()}
        given |= {text.partition("=")[0].lstrip("+~"): text for text in arguments}
        overrides = OverridesParser.create(config_loader=self.loader).parse_overrides(list(given.values()))
        shared = tuple(str(override.input_line) for override in overrides if not override.is_sweep_override())
        axes = {override.get_key_element(): _values(override) for override in overrides if override.is_sweep_override()}
        outermost_first = sorted(axes, key=lambda key: key != "seed")
        return [Point(shared, own) for own in itertools.product(*(axes[key] for key in outermost_first))]


def _values(override: Override) -> list[str]:
    """Return the overrides that a swept one stands for."""
    key = str(override.get_key_element())
    if key == "experiment":
        raise ConfigError("experiment: one study at a time, each brings its own sweep.")
    if not override.is_discrete_sweep():
        raise ConfigError(not_discrete(override))
    return [f"{key}={value}" for value in override.sweep_string_iterator()]


ConfigStore.instance().store(group="hydra/sweeper", name="cnnlab", node=GridSweeperConfig, provider="cnnlab")
