"""How the runs of a sweep are carried out.

`hydra/launcher=auto`, the default: chooses between the next two by what a few steps take, see `sweeps.choosing`.
`hydra/launcher=cnnlab`: one after the other in this process, or several abreast on a GPU.
`hydra/launcher=pool`: worker processes take run after run, some at a time; one that dies fails alone.
`hydra/launcher=process`: likewise, with a fresh process for every run.
"""

import contextlib
import functools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hydra.core.config_store import ConfigStore
from hydra.core.utils import JobReturn, JobStatus
from hydra.plugins.launcher import Launcher
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig

from cnnlab.base import schema  # not what is in it: of Plain, Python 3.10 tells Hydra that it is a class
from cnnlab.cli.composing_points import PointComposer
from cnnlab.cli.jobs import TrainJob
from cnnlab.runs.outcome import Outcome

if TYPE_CHECKING:  # Hydra reads this file at every start, and a run needs none of them
    from cnnlab.outputs.workers import Workers
    from cnnlab.sweeps.pool import Pool
    from cnnlab.sweeps.worker_process import Task


@dataclass
class CnnlabLauncherConfig:
    """What `hydra/launcher=cnnlab` and `hydra/launcher=auto` take."""

    _target_: str = "hydra_plugins.cnnlab_launcher.CnnlabLauncher"
    abreast: Any = "auto"
    """Runs that go on at the same time on a GPU, each in its turn; auto: as many as it gets through more with."""


class CnnlabLauncher(Launcher):
    """One run after the other in this process; on a GPU several abreast.

    Args:
        abreast: as of CnnlabLauncherConfig.
    """

    def __init__(self, abreast: object) -> None:
        self.abreast = abreast

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        """Take what Hydra gives every launcher; here, the task is the job of a command.

        Raises:
            ConfigError: `abreast` is no number of runs.
        """
        assert isinstance(task_function, TrainJob)
        from cnnlab.sweeps.abreast import width_of

        self.composer = PointComposer(hydra_context.config_loader, config)
        self.job, self.width = task_function, width_of(self.abreast)

    def launch(
        self,
        job_overrides: Sequence[Sequence[str]],
        initial_job_idx: int,  # noqa: ARG002 - runs have ids
    ) -> Sequence[JobReturn]:
        """Carry out the runs in this process."""
        from cnnlab.base.memory import release_memory
        from cnnlab.runs.beginning import Beginning
        from cnnlab.sweeps.abreast import Abreast
        from cnnlab.sweeps.pool import Pool
        from cnnlab.sweeps.sources import Listed

        job = self.job
        runs = [Beginning(functools.partial(self.composed, text), job.library, job.stop) for text in job_overrides]
        if not runs or runs[0].kind is None:
            return [_returned(run.alone()) for run in runs]
        abreast = Abreast(self.width(), is_urgent=lambda: job.stop.is_urgent, release=release_memory)
        outcomes: dict[int, Outcome] = {}
        abreast.run(Listed(runs), outcomes.__setitem__)
        if lost := [place for place, outcome in outcomes.items() if outcome.is_device_lost]:
            print(f"the GPU was lost to this process; {len(lost)} runs are tried again, each in a process of its own")
            with contextlib.closing(Pool(n_jobs=1, threads=None, recycle=1)) as pool:
                outcomes |= zip(lost, pool.run([job_overrides[place] for place in lost], self.task))
        return [_returned(outcomes[place]) for place in range(len(runs))]

    def task(self, overrides: Sequence[str]) -> "Task":
        """Return a run for another process."""
        from cnnlab.sweeps.worker_process import Task

        plain, words = self.composed(overrides)
        return Task(plain, tuple(words))

    def composed(self, overrides: Sequence[str]) -> tuple[schema.Plain, list[str]]:
        """Return the configuration of a run in plain values, and what was typed."""
        return self.composer.run(overrides)


class AutoLauncher(CnnlabLauncher):
    """In this process, or by workers: whatever was chosen for the sweep.

    Args:
        abreast: as of CnnlabLauncherConfig.
    """

    pool: "Pool | None" = None
    threads: int | None = None

    def settle(self, workers: "Workers") -> None:
        """Take what was chosen."""
        self.threads = workers.threads
        if workers.num > 1:
            from cnnlab.sweeps.pool import Pool

            self.pool = Pool(n_jobs=workers.num, threads=workers.threads, gpus=workers.gpus, abreast=self.abreast)

    def launch(self, job_overrides: Sequence[Sequence[str]], initial_job_idx: int) -> Sequence[JobReturn]:
        """Carry out the runs."""
        if self.pool is None:
            return super().launch(job_overrides, initial_job_idx)
        return [_returned(outcome) for outcome in self.pool.run(job_overrides, self.task)]

    def composed(self, overrides: Sequence[str]) -> tuple[schema.Plain, list[str]]:
        """Return the configuration of a run, with the threads that were chosen where it names none."""
        plain, words = super().composed(overrides)
        return {**plain, "threads": plain.get("threads") or self.threads}, words

    def close(self) -> None:
        """Let the workers go, when the sweep has ended."""
        if self.pool is not None:
            self.pool.close()


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
        from cnnlab.sweeps.pool import Pool

        self.pool = Pool(**self.options)
        self.composer = PointComposer(hydra_context.config_loader, config)

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

    def _task(self, overrides: Sequence[str]) -> "Task":
        from cnnlab.sweeps.worker_process import Task

        plain, words = self.composer.run(overrides)
        return Task(plain, tuple(words))


def _returned(outcome: object) -> JobReturn:
    returned = JobReturn()
    returned.return_value = outcome
    returned.status = JobStatus.COMPLETED
    return returned


ConfigStore.instance().store(group="hydra/launcher", name="cnnlab", node=CnnlabLauncherConfig, provider="cnnlab")
ConfigStore.instance().store(
    group="hydra/launcher", name="auto", provider="cnnlab",
    node=CnnlabLauncherConfig(_target_="hydra_plugins.cnnlab_launcher.AutoLauncher"),
)  # fmt: skip
ConfigStore.instance().store(group="hydra/launcher", name="pool", node=PoolLauncherConfig, provider="cnnlab")
ConfigStore.instance().store(
    group="hydra/launcher", name="process", node=PoolLauncherConfig(recycle=1), provider="cnnlab"
)
