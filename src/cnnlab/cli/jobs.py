"""What a launcher carries out, here or in another process: one composed configuration, one outcome."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING

from hydra.core.hydra_config import HydraConfig
from hydra.core.utils import JobReturn
from hydra.types import RunMode
from omegaconf import DictConfig

from cnnlab.base.errors import ConfigError
from cnnlab.base.printing import tell
from cnnlab.base.schema import Plain
from cnnlab.base.stopping import Stop
from cnnlab.base.turns import finish
from cnnlab.cli.commands import DEFAULT
from cnnlab.cli.composed import plain_values, typed
from cnnlab.cli.consent import check_plugins
from cnnlab.data.library import DataLibrary
from cnnlab.runs.outcome import Outcome

if TYPE_CHECKING:
    from cnnlab.outputs.study_folder import StudyFolder


class TrainJob:
    """Trains one run after the other, of `train` or of `transfer`; what one has read, the next one need not read.

    Args:
        stop: asked by every run.
    """

    def __init__(self, stop: Stop) -> None:
        self.stop, self.library = stop, DataLibrary()
        self.composed: Plain = {}
        """The configuration of the last run that was carried out here, in plain values."""
        self.study: StudyFolder | None = None
        """Of a sweep, once it has begun."""

    def __call__(self, config: DictConfig) -> Outcome:
        """Train one run; alone it says how it goes, in a sweep the sweep does."""
        try:
            hydra_config = HydraConfig.get()
            overrides = typed(hydra_config)
            in_sweep = hydra_config.mode == RunMode.MULTIRUN
            sweeper = hydra_config.sweeper
            if not in_sweep and (sweeper.get("params") or sweeper.get("arms")):
                what = next((text for text in overrides if text.startswith("experiment=")), "hydra.sweeper")
                raise ConfigError(_needs_sweep(str(hydra_config.job.name), what))
            plain = plain_values(config)
            if not in_sweep and plain.get("cross_validation") is not None:
                raise ConfigError(_needs_sweep(str(hydra_config.job.name), "cross_validation"))
            check_plugins(plain, overrides)
            self.composed = plain
        except ConfigError as error:
            tell(str(error), file=sys.stderr, indent=2)
            return Outcome(2, str(error))
        from cnnlab.runs.job import attempt  # these take a moment, and Hydra reads this file at every start
        from cnnlab.runs.run_context import RunContext

        context = RunContext(library=self.library, stop=self.stop, in_sweep=in_sweep)
        with self.stop.heard():  # in a process of a launcher, no one has done so before
            try:
                outcome = finish(attempt(plain, overrides, context=context))
            finally:
                _release()
        if outcome.reason and not in_sweep:
            if outcome.traceback:
                print(outcome.traceback, file=sys.stderr)
            else:
                tell(outcome.reason, file=sys.stderr, indent=2)
        return outcome


def _release() -> None:
    """Give back the memory that the run held; a run that was found finished has not even loaded torch."""
    if "torch" in sys.modules:
        from cnnlab.base.memory import release_memory

        release_memory()


def outcome_of(returned: JobReturn) -> Outcome:
    """Return how a job ended that a launcher carried out."""
    try:
        outcome = returned.return_value
    except Exception as error:  # of the launcher: the job itself returns an outcome whatever happens
        return Outcome(1, f"{type(error).__name__}: {error}")
    assert isinstance(outcome, Outcome)
    return outcome


def _needs_sweep(name: str, what: str) -> str:
    command = ("cnnlab", *(() if name == DEFAULT else (name,)))
    return f"{what}: is a sweep, and a sweep needs -m: {shlex.join([*command, '-m', *sys.argv[1:]])}"
