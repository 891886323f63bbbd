"""The way to a Ray cluster, and what is said where there is none."""

from __future__ import annotations

import contextlib
import os
import secrets
import shlex
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cnnlab.base.cores import num_cores
from cnnlab.base.errors import ConfigError
from cnnlab.sweeps.cluster.local_cluster import LocalCluster

REQUIREMENT = "ray[client]>=2.50"
"""What pip is asked for; pyproject.toml has the same in the extra `ray`."""


@dataclass(frozen=True)
class RayOptions:
    """What `hydra/launcher=ray` takes.

    Raises:
        ConfigError: a number is out of range.
    """

    address: str | None = None
    """auto, <host>:6379 or ray://<host>:10001; None: a cluster of this machine, which ends with the sweep."""
    num_cpus: float = 1
    """CPUs of each run, and its threads."""
    num_gpus: float = 0
    """GPUs of each run; 0.5: two runs share one."""
    max_retries: int = 3
    """How often a run is tried again whose worker or node died."""
    runtime_env: Any = None
    """What Ray sets up on every node, see its documentation."""
    ship_data: bool = False
    """Whether data sets are sent to nodes that lack them."""
    ship_limit_gib: float = 2.0
    """What may be sent of one data set, with its decoded images."""

    def __post_init__(self) -> None:
        positive = {"num_cpus": self.num_cpus, "ship_limit_gib": self.ship_limit_gib}
        problems = [f"{key}: must be > 0, got {value:g}." for key, value in positive.items() if value <= 0]
        others = {"num_gpus": self.num_gpus, "max_retries": self.max_retries}
        problems += [f"{key}: must be >= 0, got {value:g}." for key, value in others.items() if value < 0]
        problems += [
            f"{key}: must be a whole number where it is more than 1, got {value:g}."
            for key, value in {"num_cpus": self.num_cpus, "num_gpus": self.num_gpus}.items()
            if value > 1 and value % 1
        ]
        if problems:
            raise ConfigError(*(f"hydra.launcher.{problem}" for problem in problems))

    @property
    def threads(self) -> int:
        """CPU threads of each run."""
        return max(1, int(self.num_cpus))


def ray_module(options: RayOptions) -> Any:
    """Return Ray; what it reads of the environment when it is imported is set before.

    Raises:
        ConfigError: it is not installed.
    """
    # What takes more memory than there is would be tried again without end.
    settings = {"RAY_task_oom_retries": str(options.max_retries), "RAY_USAGE_STATS_ENABLED": "0"}
    if options.address is None:  # a word between the processes of this sweep; Ray would keep one in the home folder
        settings |= {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
    for name, value in settings.items():
        os.environ.setdefault(name, value)
    try:
        import ray
    except ImportError as error:
        command = shlex.join([sys.executable, "-m", "pip", "install", REQUIREMENT])
        raise ConfigError(f"hydra/launcher=ray: Ray is not installed ({error}). Install it: {command}") from None
    return ray


class Connection:
    """A sweep's connection to a cluster.

    Args:
        options: of the launcher.

    Raises:
        ConfigError: there is no such cluster, or it is another one's.
    """

    def __init__(self, options: RayOptions) -> None:
        self.ray = ray_module(options)
        self._options = options
        self._local = LocalCluster(num_cpus=num_cores()) if options.address is None else None
        try:
            with _own_signals():
                self._connect(options.address if self._local is None else self._local.address)
        except BaseException:
            self.close()
            raise

    def _connect(self, address: str | None) -> None:
        try:
            self.ray.init(
                address=address, runtime_env=self._options.runtime_env, log_to_driver=False,
                logging_level="CRITICAL",
            )  # fmt: skip
        except (OSError, RuntimeError, ValueError, TypeError, ImportError) as error:
            raise ConfigError(
                f"hydra.launcher.address: cannot reach a Ray cluster at '{address}': {_reason(error)}. "
                "Start one (ray start --head), or leave the address out: then this machine is one."
            ) from error

    @property
    def is_local(self) -> bool:
        """Whether the cluster is this machine, and ends with the sweep."""
        return self._local is not None

    @property
    def nodes(self) -> list[dict[str, float]]:
        """What each node that is there has of everything."""
        return [node["Resources"] for node in self.ray.nodes() if node["Alive"]]

    def slots(self) -> list[int]:
        """Return how many runs go on at the same time on each node, by what the nodes have now."""
        wanted = {"CPU": self._options.num_cpus, "GPU": self._options.num_gpus}
        return [
            min(int(node.get(name, 0) / number) for name, number in wanted.items() if number) for node in self.nodes
        ]

    def close(self) -> None:
        """Leave the cluster; it goes on, unless it is this machine's."""
        with contextlib.suppress(Exception):  # it is gone already
            self.ray.shutdown()
        if self._local is not None:
            self._local.close()


@contextlib.contextmanager
def _own_signals() -> Iterator[None]:
    """Keep what SIGTERM means: Ray takes it over."""
    before = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        with contextlib.suppress(ValueError):  # not in the main thread, where Ray takes nothing over either
            signal.signal(signal.SIGTERM, before)


def _reason(error: BaseException) -> str:
    return " ".join(str(error).split()).rstrip(".") or type(error).__name__
