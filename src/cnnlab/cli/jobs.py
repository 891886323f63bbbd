"""What a launcher carries out, here or in another process: one composed configuration, one outcome."""

from __future__ import annotations

import shlex
import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hydra.conf import HydraConf
from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from cnnlab.cli.problems import explain
from cnnlab.errors import ConfigError, RunError
from cnnlab.schema import Plain, PlainMapping

INTERRUPTED = 130


@dataclass(frozen=True)
class Outcome:
    """How a job ended; its problems have been printed already."""

    code: int
    """0: fine, 1: the run failed, 2: its configuration is wrong."""
    reason: str = ""
    """One line about a failure, where there is one."""


def train(config: DictConfig) -> Outcome:
    """Train one run."""

    def carry_out(plain: PlainMapping, overrides: Sequence[str]) -> int:
        from cnnlab.commands.train import run  # imports torch

        return run(plain, overrides)

    return _attempt(carry_out, config)


def _attempt(command: Callable[[PlainMapping, Sequence[str]], int], config: DictConfig) -> Outcome:
    """Carry out one command; what goes wrong is printed and returned, so that the next job can start."""
    try:
        hydra_config = HydraConfig.get()
        overrides = typed(hydra_config)
        if hydra_config.mode == RunMode.MULTIRUN:
            print(f"\n#{hydra_config.job.num + 1}       {' '.join(overrides)}")
        if hydra_config.mode == RunMode.RUN and hydra_config.sweeper.get("params"):
            raise ConfigError(_needs_sweep(overrides))
        plain = to_plain(config)
        check_plugins(plain, overrides)
        code = command(plain, overrides)
        if code == INTERRUPTED:
            raise KeyboardInterrupt
        return Outcome(code)
    except ConfigError as error:
        return _told(2, error)
    except RunError as error:
        return _told(1, error)
    except Exception as error:
        traceback.print_exc()
        return Outcome(1, f"{type(error).__name__}: {error}".splitlines()[0])


def typed(hydra_config: HydraConf) -> list[str]:
    """Return what the user typed, references unresolved."""
    overrides = OmegaConf.to_container(hydra_config.overrides.task, resolve=False)
    assert isinstance(overrides, list)
    return [str(text) for text in overrides]


def _told(code: int, error: Exception) -> Outcome:
    print(error, file=sys.stderr)
    return Outcome(code, str(error).splitlines()[0])


def _needs_sweep(overrides: Sequence[str]) -> str:
    what = next((text for text in overrides if text.startswith("experiment=")), "hydra.sweeper.params")
    return f"{what}: is a sweep, and a sweep needs -m: {shlex.join(['cnnlab', '-m', *overrides])}"


def to_plain(config: DictConfig) -> Plain:
    """Return a composed configuration in plain values, without Hydra's own part.

    Raises:
        ConfigError: a reference leads nowhere, or a value is missing.
    """
    own = OmegaConf.masked_copy(config, [str(key) for key in config if key != "hydra"])
    try:
        plain = OmegaConf.to_container(own, resolve=True, throw_on_missing=True)
    except OmegaConfBaseException as error:
        raise ConfigError(explain(error)) from error
    assert isinstance(plain, dict)
    return {str(key): value for key, value in plain.items()}


def check_plugins(plain: PlainMapping, overrides: Sequence[str]) -> None:
    """Refuse plugins that no one typed: they are code, and a file must not bring code along.

    Raises:
        ConfigError: the configuration names plugins, the command line does not.
    """
    is_typed = any(text.partition("=")[0].lstrip("+") == "plugins" for text in overrides)
    if plain.get("plugins") and not is_typed:
        files = ",".join(map(str, plain["plugins"]))
        raise ConfigError(f"plugins: count on the command line only. If you trust the files, type plugins=[{files}].")


JOBS: dict[str, Callable[[DictConfig], Outcome]] = {"train": train}
