"""Hydra composes the configuration of a command and hands it to the job; it writes nothing."""

from __future__ import annotations

import contextlib
import os
import sys
import traceback
from collections.abc import Callable, Iterator

import hydra
from hydra._internal.hydra import Hydra
from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig
from hydra.core.singleton import Singleton
from omegaconf import DictConfig

from cnnlab.base.errors import ConfigError
from cnnlab.base.stopping import Stop
from cnnlab.cli.arguments import Arguments
from cnnlab.cli.consent import factories_are_typed
from cnnlab.cli.grid_words import for_hydra
from cnnlab.cli.hydra_errors import is_of_composing
from cnnlab.cli.hydra_versions import main_options
from cnnlab.cli.problems import all_problems, study_of_another_command
from cnnlab.cli.words import folders_of_hydra, lists_of_options, repeated, unusable
from cnnlab.config.conf_files import conf_dir
from cnnlab.runs.outcome import Outcome
from cnnlab.sweeps.points import key_of


def run(arguments: Arguments, stop: Stop) -> int:
    """Compose and carry out what the arguments ask for: a run, a sweep, or a look at the configuration.

    Args:
        arguments: the words.
        stop: asked before and between runs.

    Returns:
        The exit code of the run; 0 for everything else that went well.

    Raises:
        ConfigError: with every problem of the command line.
        RunError: runs of a sweep failed.
    """
    job = arguments.command.load()(stop)  # an object for this command alone: its runs share what they read
    assert callable(job)
    return max((outcome.code for outcome in carried_out(arguments, job)), default=0)


def carried_out(arguments: Arguments, job: Callable[[DictConfig], object]) -> list[Outcome]:
    """Compose what the arguments ask for and have it carried out, and return how runs by themselves ended.

    Args:
        arguments: the words.
        job: is given each composed configuration, or to the launcher of a sweep.

    Raises:
        ConfigError: with every problem of the command line.
        RunError: runs of a sweep failed.
    """
    if problems := list(unusable(arguments)):
        raise ConfigError(*problems)
    if problems := study_of_another_command(arguments):
        raise ConfigError(*problems)  # alone: what else is wrong, only the right command could tell
    outcomes: list[Outcome] = []

    def kept(config: DictConfig) -> None:
        outcome = job(config)
        assert isinstance(outcome, Outcome)
        outcomes.append(outcome)

    overrides, wants_full_error = arguments.overrides, os.environ.get("HYDRA_FULL_ERROR") == "1"
    try:
        if problems := [line for check in (repeated, lists_of_options, folders_of_hydra) for line in check(overrides)]:
            raise ConfigError(*problems)
        with (
            _own_state(),
            _arguments_for_hydra(arguments),
            factories_are_typed(overrides),
            _mode_of_the_flags(arguments),
        ):
            # A sweep's jobs may run in other processes: their outcomes come back through the launcher.
            task = job if arguments.is_sweep else kept
            hydra.main(config_path=str(conf_dir()), config_name=arguments.command.config, **main_options())(task)()
    except Exception as error:
        if not isinstance(error, ConfigError) and not is_of_composing(error):
            raise
        if wants_full_error:
            traceback.print_exc()
        raise ConfigError(*all_problems(arguments, error)) from error
    except SystemExit as end:  # Hydra's way to end --help
        return [Outcome(int(end.code or 0))]
    return outcomes


@contextlib.contextmanager
def _own_state() -> Iterator[None]:
    """Let Hydra begin anew inside: a program that calls cnnlab may use it itself."""
    instances = Singleton._instances
    kinds: tuple[type, ...] = (GlobalHydra, HydraConfig)
    before = {kind: instances.pop(kind) for kind in kinds if kind in instances}
    try:
        yield
    finally:
        for kind in kinds:
            instances.pop(kind, None)
        instances.update(before)


@contextlib.contextmanager
def _mode_of_the_flags(arguments: Arguments) -> Iterator[None]:
    """Let -m alone tell a sweep from a run where no file of the user's own may: Hydra composes all once more to ask."""
    is_ours = arguments.config_dir is None and not arguments.has_own_conf
    if not is_ours or any("hydra" in key_of(text) for text in arguments.overrides):
        yield
        return
    get_mode = Hydra.get_mode
    Hydra.get_mode = lambda *_, **__: None  # type: ignore[method-assign] # as it answers where no file says
    try:
        yield
    finally:
        Hydra.get_mode = get_mode  # type: ignore[method-assign]


@contextlib.contextmanager
def _arguments_for_hydra(arguments: Arguments) -> Iterator[None]:
    """Put the arguments where `hydra.main` reads them, and let its exceptions out instead of their text."""
    argv, variable = sys.argv, os.environ.get("HYDRA_FULL_ERROR")
    sys.argv = ["cnnlab", *arguments.flags, *for_hydra(arguments.overrides, is_tuning=arguments.is_tuning)]
    os.environ["HYDRA_FULL_ERROR"] = "1"
    try:
        yield
    finally:
        sys.argv = argv
        if variable is None:
            del os.environ["HYDRA_FULL_ERROR"]
        else:
            os.environ["HYDRA_FULL_ERROR"] = variable
