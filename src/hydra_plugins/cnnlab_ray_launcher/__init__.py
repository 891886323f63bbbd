"""`hydra/launcher=ray`: the runs of a sweep on a Ray cluster, which may be this machine."""

import dataclasses
from collections.abc import Sequence
from typing import Any, get_type_hints

from hydra.core.config_store import ConfigStore
from hydra.core.utils import JobReturn, JobStatus
from hydra.plugins.launcher import Launcher
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig, OmegaConf

from cnnlab.base import schema  # not what is in it: of Plain, Python 3.10 tells Hydra that it is a class
from cnnlab.base.errors import ConfigError
from cnnlab.cli.composed import plain_values, typed
from cnnlab.cli.jobs import TrainJob
from cnnlab.outputs.files import OUTPUTS, outputs_dir
from cnnlab.sweeps.cluster.connection import RayOptions


class RayLauncher(Launcher):
    """Hydra's side of `RayCluster`.

    Args:
        options: those of RayOptions.
    """

    def __init__(self, **options: Any) -> None:
        self.options = options

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        """Take what Hydra gives every launcher; here, the task is the job of a command.

        Raises:
            ConfigError: a number is out of range, Ray is not installed, or runs are to lie elsewhere; Hydra would hide
                what the constructor says.
        """
        assert isinstance(task_function, TrainJob)
        if outputs_dir() != OUTPUTS:
            raise ConfigError(
                f"outputs: hydra/launcher=ray writes into {OUTPUTS}/ of the working folder, got '{outputs_dir()}'. "
                "Leave it out, and work in the folder beside it."
            )
        from cnnlab.sweeps.cluster.ray_cluster import RayCluster  # Hydra reads this file at every start

        plain = {name: _plain(value) for name, value in self.options.items()}
        self.cluster = RayCluster(RayOptions(**plain), task_function.library.hashes)
        self.config, self.loader = config, hydra_context.config_loader

    def launch(
        self,
        job_overrides: Sequence[Sequence[str]],
        initial_job_idx: int,  # noqa: ARG002 - runs have ids
    ) -> Sequence[JobReturn]:
        """Have the cluster carry out the runs."""
        outcomes = self.cluster.run(job_overrides, self._composed)
        return [JobReturn(_return_value=outcome, status=JobStatus.COMPLETED) for outcome in outcomes]

    def close(self) -> None:
        """Leave the cluster, when the sweep has ended."""
        self.cluster.close()

    def _composed(self, overrides: Sequence[str]) -> tuple[schema.Plain, list[str]]:
        config = self.loader.load_sweep_config(self.config, list(overrides))
        return plain_values(config), typed(config.hydra)


def _plain(value: Any) -> Any:
    return OmegaConf.to_container(value, resolve=True) if OmegaConf.is_config(value) else value


def _node() -> type:
    """Return what Hydra checks options by: the fields of RayOptions, but to be changed, and whose they are."""
    types, options = get_type_hints(RayOptions), dataclasses.fields(RayOptions)
    fields = [(each.name, types[each.name], dataclasses.field(default=each.default)) for each in options]
    target = ("_target_", str, dataclasses.field(default=f"{__name__}.{RayLauncher.__name__}"))
    return dataclasses.make_dataclass("RayLauncherConfig", [target, *fields])


ConfigStore.instance().store(group="hydra/launcher", name="ray", node=_node(), provider="cnnlab")
