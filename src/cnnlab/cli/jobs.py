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
from cnnlab.errors import Busy, ConfigError, RunError
from cnnlab.schema import Plain, PlainMapping


@dataclass(frozen=True)
class Outcome:
    """How a job ended."""

    code: int
    """0: fine, 1: the run failed, 2: its configuration is wrong."""
    reason: str = ""
    """What went wrong, where something did."""
    is_busy: bool = False
    """Whether another process was at the run; nothing was done."""
    traceback: str = ""
    """Of an exception that nobody foresaw."""


def train(config: DictConfig) -> Outcome:
    """Train one run, of `train` or of `transfer`; alone it says how it goes, in a sweep the sweep does."""
    try:
        hydra_config = HydraConfig.get()
        overrides = typed(hydra_config)
        in_sweep = hydra_config.mode == RunMode.MULTIRUN
        sweeper = hydra_config.sweeper
        if not in_sweep and (sweeper.get("params") or sweeper.get("arms")):
            raise ConfigError(_needs_sweep(overrides))
        plain = to_plain(config)
        check_plugins(plain, overrides)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return Outcome(2, str(error))
    outcome = attempt(plain, overrides, in_sweep=in_sweep)
    if outcome.reason and not in_sweep:
        print(outcome.traceback or outcome.reason, file=sys.stderr)
    return outcome


def attempt(plain: PlainMapping, overrides: Sequence[str], *, in_sweep: bool) -> Outcome:
    """Carry out one run; what goes wrong is returned, so that the next one can start."""
    from cnnlab.commands.train import run  # imports torch
    from cnnlab.memory import release_memory

    try:
        return Outcome(run(plain, overrides, in_sweep=in_sweep))
    except ConfigError as error:
        return Outcome(2, str(error))
    except RunError as error:
        return Outcome(1, str(error), is_busy=isinstance(error, Busy))
    except Exception as error:
        told = f"{type(error).__name__}: {error}".splitlines()[0]
        return Outcome(1, told, traceback=traceback.format_exc().rstrip())
    finally:
        release_memory()


def typed(hydra_config: HydraConf) -> list[str]:
    """Return what the user typed, references unresolved."""
    overrides = OmegaConf.to_container(hydra_config.overrides.task, resolve=False)
    assert isinstance(overrides, list)
    return [str(text) for text in overrides]


def _needs_sweep(overrides: Sequence[str]) -> str:
    what = next((text for text in overrides if text.startswith("experiment=")), "hydra.sweeper")
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


JOBS: dict[str, Callable[[DictConfig], Outcome]] = {"train": train, "transfer": train}
