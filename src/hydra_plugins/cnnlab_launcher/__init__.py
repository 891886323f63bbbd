"""How the runs of a sweep are carried out.

`hydra/launcher=cnnlab`, the default: one after the other in this process, or several abreast on a GPU.
`hydra/launcher=pool`: worker processes take run after run, some at a time; one that dies fails alone.
`hydra/launcher=process`: likewise, with a fresh process for every run.
"""

import contextlib
import functools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from hydra._internal.core_plugins.basic_launcher import BasicLauncher
from hydra.core.config_store import ConfigStore
from hydra.core.utils import JobReturn, JobStatus
from hydra.plugins.launcher import Launcher
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig

from cnnlab.base.schema import Plain
from cnnlab.cli.composed import plain_values, typed
from cnnlab.cli.consent import check_plugins
from cnnlab.cli.jobs import TrainJob, outcome_of
from cnnlab.runs.outcome import Outcome
from cnnlab.sweeps.abreast import Abreast, Listed, width_of
from cnnlab.sweeps.pool import Pool
from cnnlab.sweeps.worker_process import Task


@dataclass
class CnnlabLauncherConfig:
    """What `hydra/launcher=cnnlab` takes."""

    _target_: str = "hydra_plugins.cnnlab_launcher.CnnlabLauncher"
    abreast: Any = "auto"
    """Runs that go on at the same time on a GPU, each in its turn; auto: as many as it gets through more with."""


class CnnlabLauncher(BasicLauncher):
    """Hydra's own launcher, one run after the other in this process; on a GPU several abreast.

    Args:
        abreast: as of CnnlabLauncherConfig.
    """

    def __init__(self, abreast: object) -> None:
        super().__init__()
        self.abreast = abreast

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        """Take what Hydra gives every launcher; here, the task is the job of a command.

        Raises:
            ConfigError: `abreast` is no number of runs.
        """
        super().setup(hydra_context=hydra_context, task_function=task_function, config=config)
        assert isinstance(task_function, TrainJob)
        self.job, self.loader, self.width = task_function, hydra_context.config_loader, width_of(self.abreast)

    def launch(self, job_overrides: Sequence[Sequence[str]], initial_job_idx: int) -> Sequence[JobReturn]:
        """Carry out the runs in this process."""
        from cnnlab.base.memory import release_memory  # these import torch, and Hydra reads this file at every start
        from cnnlab.runs.beginning import Beginning

        job = self.job
        runs = [Beginning(functools.partial(self._composed, text), job.library, job.stop) for text in job_overrides]
        if not runs or runs[0].kind is None:
            return [self._alone(text, initial_job_idx + place) for place, text in enumerate(job_overrides)]
        abreast = Abreast(self.width(), is_urgent=lambda: job.stop.is_urgent, release=release_memory)
        outcomes: dict[int, Outcome] = {}
        abreast.run(Listed(runs), outcomes.__setitem__)
        if lost := [place for place, outcome in outcomes.items() if outcome.is_device_lost]:
            print(f"the GPU was lost to this process; {len(lost)} runs are tried again, each in a process of its own")
            with contextlib.closing(Pool(n_jobs=1, threads=None, recycle=1)) as pool:
                outcomes |= zip(lost, pool.run([job_overrides[place] for place in lost], self._task))
        return [_returned(outcomes[place]) for place in range(len(runs))]

    def _alone(self, overrides: Sequence[str], place: int) -> JobReturn:
        """Carry out one run as Hydra does, and keep how it ended alone: with each it returns three configurations."""
        (returned,) = super().launch([overrides], place)
        return _returned(outcome_of(returned))

    def _task(self, overrides: Sequence[str]) -> Task:
        plain, words = self._composed(overrides)
        return Task(plain, tuple(words))

    def _composed(self, overrides: Sequence[str]) -> tuple[Plain, list[str]]:
        assert self.config is not None
        config = self.loader.load_sweep_config(self.config, list(overrides))
        plain, words = plain_values(config), typed(config.hydra)
        check_plugins(plain, words)
        return plain, words


@dataclass
class PoolLauncherConfig:
    """What `hydra/launcher=pool` takes, and `hydra/launcher=process`, which replaces a worker after every run."""

    _target_: str = "hydra_plugins.cnnlab_launcher.PoolLauncher"
    n_jobs: int | None = None
    """Runs at a time; null: one per GPU of `gpus`, else one per core."""
    threads: int | None = None
    """CPU threads of each run; null: the cores, divided among them."""
    gpus: list[int] = field(default_factory=list)
    """GPUs to hand out, one to a worker; a number that stands twice takes two workers."""
    timeout_minutes: float | None = None
    """A run that takes longer is stopped, what it has done is kept; null: no limit."""
    recycle: int | None = None
    """Runs after which a worker is replaced by a fresh process; null: never."""
    abreast: Any = "auto"
    """Runs that a worker with a GPU carries out at the same time; auto: as many as it gets through more with."""


class PoolLauncher(Launcher):
    """Hydra's side of `Pool`.

    Args:
        options: those of PoolLauncherConfig.
    """

    def __init__(self, **options: Any) -> None:
        self.options = options

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
        self.pool = Pool(**self.options)
        self.config, self.loader = config, hydra_context.config_loader

    def launch(
        self,
        job_overrides: Sequence[Sequence[str]],
        initial_job_idx: int,  # noqa: ARG002 - runs have ids
    ) -> Sequence[JobReturn]:
        """Have the workers carry out the runs."""
        return [_returned(outcome) for outcome in self.pool.run(job_overrides, self._task)]

    def close(self) -> None:
        """Let the workers go, when the sweep has ended."""
        self.pool.close()

    def _task(self, overrides: Sequence[str]) -> Task:
        config = self.loader.load_sweep_config(self.config, list(overrides))
        return Task(plain_values(config), tuple(typed(config.hydra)))


def _returned(outcome: object) -> JobReturn:
    returned = JobReturn()
    returned.return_value = outcome
    returned.status = JobStatus.COMPLETED
    return returned


ConfigStore.instance().store(group="hydra/launcher", name="cnnlab", node=CnnlabLauncherConfig, provider="cnnlab")
ConfigStore.instance().store(group="hydra/launcher", name="pool", node=PoolLauncherConfig, provider="cnnlab")
ConfigStore.instance().store(
    group="hydra/launcher", name="process", node=PoolLauncherConfig(recycle=1), provider="cnnlab"
)
