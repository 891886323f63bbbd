"""`hydra/launcher=ray`: the runs of a sweep on a Ray cluster, which may be this machine."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from hydra.core.config_store import ConfigStore
from hydra.core.utils import JobReturn, JobStatus
from hydra.plugins.launcher import Launcher
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig, OmegaConf

from cnnlab.base.errors import ConfigError
from cnnlab.base.schema import Plain
from cnnlab.cli.composed import plain_values, typed
from cnnlab.cli.jobs import TrainJob
from cnnlab.outputs.files import OUTPUTS, outputs_dir
from cnnlab.sweeps.cluster.connection import RayOptions
from cnnlab.sweeps.cluster.ray_cluster import RayCluster


@dataclass
class RayLauncherConfig:
    """What `hydra/launcher=ray` takes."""

    _target_: str = "hydra_plugins.cnnlab_ray_launcher.RayLauncher"
    address: str | None = None
    """auto, ray://<host>:10001 or <host>:6379; null: a cluster of this machine, which ends with the sweep."""
    num_cpus: float = 1
    """CPUs of each run, and its threads."""
    num_gpus: float = 0
    """GPUs of each run; 0.5: two runs share one."""
    max_retries: int = 3
    """How often a run is tried again whose worker or node died."""
    runtime_env: dict[str, Any] = field(default_factory=dict)
    """What Ray sets up on every node, see its documentation."""
    ship_data: bool = False
    """Send data sets to nodes that lack them."""
    ship_limit_gib: float = 2.0
    """What may be sent of one data set, with its decoded images."""


class RayLauncher(Launcher):
    """Hydra's side of `RayCluster`.

    Args:
        options: those of RayLauncherConfig.
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

    def _composed(self, overrides: Sequence[str]) -> tuple[Plain, list[str]]:
        config = self.loader.load_sweep_config(self.config, list(overrides))
        return plain_values(config), typed(config.hydra)


def _plain(value: Any) -> Any:
    return OmegaConf.to_container(value, resolve=True) if OmegaConf.is_config(value) else value


ConfigStore.instance().store(group="hydra/launcher", name="ray", node=RayLauncherConfig, provider="cnnlab")
