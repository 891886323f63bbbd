"""`cnnlab data`: a look at the data of a run, in place of the run."""

from __future__ import annotations

import sys
from pathlib import Path

from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig

from cnnlab.base.errors import ConfigError
from cnnlab.base.printing import tell
from cnnlab.base.schema import PlainMapping
from cnnlab.base.stopping import Stop
from cnnlab.cli.composed import plain_values, typed
from cnnlab.cli.consent import check_plugins
from cnnlab.config.identity import data_content
from cnnlab.config.load import load
from cnnlab.config.plugins import load_plugins
from cnnlab.config.run_config import RunConfig, cache_dir
from cnnlab.data.library import DataLibrary
from cnnlab.outputs.files import outputs_dir
from cnnlab.outputs.lock import disk_errors
from cnnlab.runs.console import RunConsole
from cnnlab.runs.outcome import Outcome
from cnnlab.surveys.page import write_survey
from cnnlab.surveys.tables import terminal_lines

FOLDER = "data"
"""In the folder of runs and studies: a folder for each data set that was looked at."""


class LookAtData:
    """Looks at the data of a run.

    Args:
        stop: asked before the data is read.
    """

    def __init__(self, stop: Stop) -> None:
        self._stop = stop

    def __call__(self, config: DictConfig) -> Outcome:
        """Say what is in the data, and write tables and page."""
        overrides, plain = typed(HydraConfig.get()), plain_values(config)
        console = RunConsole()
        try:
            check_plugins(plain, overrides)
            self._stop.look()
            return self._look(plain, overrides, console)
        except ConfigError as error:
            tell(str(error), file=sys.stderr, indent=2)
            return Outcome(2, str(error))
        finally:
            console.stop()

    def _look(self, plain: PlainMapping, overrides: list[str], console: RunConsole) -> Outcome:
        load_plugins(plain.get("plugins") or ())
        run, library = load(plain), DataLibrary()
        content = data_content(run, library.hashes, progress=console.preparing)
        console.meanwhile("loading torch")
        from cnnlab.building.data import read_for_survey
        from cnnlab.surveys.stocktaking import take_stock

        name, progress = _name(run), console.preparing
        with disk_errors(cache_dir(run)):
            source, data = read_for_survey(run, library=library, content=content, progress=progress)
            survey = take_stock(source, data, name=name, progress=progress)
        console.stop()
        folder = outputs_dir() / FOLDER / name
        with disk_errors(folder):
            page = write_survey(survey, folder, words=overrides)
        for line in terminal_lines(survey):
            tell(line or " ")
        tell(f"open     {page}")
        return Outcome(0)


def _name(run: RunConfig) -> str:
    """Return what a data set is called: as its folder is, where it is one's own."""
    root = run.dataset.options.get("root")
    if not isinstance(root, Path):
        return run.dataset.name
    return root.expanduser().absolute().name or run.dataset.name
