"""`hydra/launcher=process`: every run of a sweep in a fresh process, some at a time; one that dies fails alone."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from hydra.core.config_store import ConfigStore
from hydra.core.utils import JobReturn, JobStatus
from hydra.plugins.launcher import Launcher
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig

from cnnlab.cli.composed import plain_values, typed
from cnnlab.sweeps.processes import Processes, Task


@dataclass
class ProcessLauncherConfig:
    """What `hydra/launcher=process` takes."""

    _target_: str = "hydra_plugins.cnnlab_launcher.ProcessLauncher"
    n_jobs: int | None = None
    """Runs at a time; null: one per GPU of `gpus`, else one per core."""
    threads: int | None = None
    """CPU threads of each run; null: the cores, divided among them."""
    gpus: list[int] = field(default_factory=list)
    """GPUs to hand out, one to a run; a number that stands twice takes two runs."""
    timeout_minutes: float | None = None
    """A run that takes longer is stopped, what it has done is kept; null: no limit."""


class ProcessLauncher(Launcher):
    """Hydra's side of `Processes`.

    Args:
        n_jobs: as of ProcessLauncherConfig.
        threads: likewise.
        gpus: likewise.
        timeout_minutes: likewise.
    """

    def __init__(
        self, n_jobs: int | None, threads: int | None, gpus: Sequence[int], timeout_minutes: float | None
    ) -> None:
        self.n_jobs, self.threads, self.gpus, self.timeout_minutes = n_jobs, threads, tuple(gpus), timeout_minutes

    def setup(
        self,
        *,
        hydra_context: HydraContext,
        task_function: TaskFunction,  # noqa: ARG002 - the worker knows what to do
        config: DictConfig,
    ) -> None:
        """Take what Hydra gives every launcher.

        Raises:
            ConfigError: a number is out of range; Hydra would hide what the constructor says.
        """
        self.processes = Processes(
            n_jobs=self.n_jobs, threads=self.threads, gpus=self.gpus, timeout_minutes=self.timeout_minutes
        )
        self.config, self.loader = config, hydra_context.config_loader

    def launch(
        self,
        job_overrides: Sequence[Sequence[str]],
        initial_job_idx: int,  # noqa: ARG002 - runs have ids
    ) -> Sequence[JobReturn]:
        """Run one process per job."""
        return [_returned(outcome) for outcome in self.processes.run(job_overrides, self._task)]

    def _task(self, overrides: Sequence[str]) -> Task:
        config = self.loader.load_sweep_config(self.config, list(overrides))
        return Task(plain_values(config), tuple(typed(config.hydra)))


def _returned(outcome: object) -> JobReturn:
    returned = JobReturn()
    returned.return_value = outcome
    returned.status = JobStatus.COMPLETED
    return returned


ConfigStore.instance().store(group="hydra/launcher", name="process", node=ProcessLauncherConfig, provider="cnnlab")
