"""`cnnlab tune find=lr`: a learning-rate range test, in place of a run."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig

from cnnlab.base.errors import ConfigError
from cnnlab.base.stopping import Stop
from cnnlab.cli.commands import DEFAULT
from cnnlab.cli.composed import plain_values, typed
from cnnlab.cli.consent import check_plugins
from cnnlab.config.identity import identify
from cnnlab.config.load import load
from cnnlab.data.library import DataLibrary
from cnnlab.outputs.files import csv_text, outputs_dir, write_text
from cnnlab.outputs.lock import disk_errors
from cnnlab.runs.console import RunConsole
from cnnlab.runs.outcome import Outcome

FOLDER = "learning_rates"


class FindRate:
    """Finds a learning rate for a run, of `train` or of `transfer`.

    Args:
        stop: asked after every step.
    """

    def __init__(self, stop: Stop) -> None:
        self._stop = stop

    def __call__(self, config: DictConfig) -> Outcome:
        """Test the rates, write table and picture, and say what to try."""
        hydra_config = HydraConfig.get()
        overrides, plain = typed(hydra_config), plain_values(config)
        try:
            check_plugins(plain, overrides)
            for line in self._found(plain, overrides, str(hydra_config.job.name)):
                print(line)
        except ConfigError as error:
            print(error, file=sys.stderr)
            return Outcome(2, str(error))
        return Outcome(0)

    def _found(self, plain: dict[str, object], overrides: list[str], command: str) -> list[str]:
        run, library, console = load(plain), DataLibrary(), RunConsole()
        from cnnlab.plots.rate_search import rate_search  # these import matplotlib and torch
        from cnnlab.runs.rate_search import STEPS, check, propose, search

        run_id = identify(run, library.hashes, progress=console.preparing).run_id
        if run.plan:
            check(run)
            return [f"plan     {run_id}: one training of {STEPS} steps at most, in which the learning rate grows"]
        try:
            curve = search(run, library=library, stop=self._stop, progress=console.preparing)
        finally:
            console.stop()
        proposal = propose(curve)
        path = outputs_dir() / FOLDER / f"{run_id}.png"
        proposed = None if proposal is None else (proposal.low, proposal.rate, proposal.high)
        with disk_errors(path.parent):
            _write_table(path.with_suffix(".csv"), curve.rates, curve.losses, curve.smoothed)
            figure = rate_search(curve.rates, curve.losses, curve.smoothed, proposed=proposed, small=run_id)
            figure.savefig(path)
        return [*_said(proposed, len(curve.rates), overrides, command), f"open     {path}"]


def _write_table(path: Path, *columns: object) -> None:
    names = ("lr", "loss", "smoothed")
    rows = [dict(zip(names, row)) for row in zip(*columns)]
    write_text(path, csv_text(names, rows))


def _said(proposed: tuple[float, float, float] | None, num_steps: int, overrides: list[str], command: str) -> list[str]:
    """Return what may be said, and what to type."""
    tested = f"tested   {num_steps} steps, the learning rate growing from one to the next"
    if proposed is None:
        return [tested, "The loss fell nowhere: no learning rate is proposed."]
    low, rate, high = proposed
    base = ["cnnlab", *([] if command == DEFAULT else [command])]
    space = shlex.join(["cnnlab", "tune", *base[1:], *overrides, f"optimizer.lr=log({low:.1g},{high:.1g})"])
    return [
        tested,
        f"The loss begins to fall at {low:.1g} and is lowest at {high:.1g}: try {rate:g}.",
        "It is a guess from one short training, not a result.",
        f"train    {shlex.join([*base, *overrides, f'optimizer.lr={rate:g}'])}",
        f"search   {space}",
    ]
