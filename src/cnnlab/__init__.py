"""Declarative experiment sweeps for convolutional networks.

From a program or a notebook the functions below do what the commands of `cnnlab` do, with the same words:

    import cnnlab

    study = cnnlab.sweep("optimizer=sgd,adam seed=0,1,2,3,4")
    print(study.verdict)

What goes wrong is raised: `cnnlab.ConfigError` for what is asked, `cnnlab.RunError` for what failed, both a
`cnnlab.CnnlabError`. Importing this loads nothing but Python.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnlab.base.version import __version__ as __version__

if TYPE_CHECKING:
    import os

    import pandas as pd

    from cnnlab.api.run import Run as Run
    from cnnlab.api.study import Study as Study
    from cnnlab.api.study import Tuning as Tuning
    from cnnlab.base.errors import CnnlabError as CnnlabError
    from cnnlab.base.errors import ConfigError as ConfigError
    from cnnlab.base.errors import RunError as RunError

__all__ = [
    "CnnlabError", "ConfigError", "Run", "RunError", "Study", "Tuning", "list_runs", "load", "study", "sweep", "train",
    "transfer", "tune",
]  # fmt: skip

_PLACES = {
    **dict.fromkeys(("CnnlabError", "ConfigError", "RunError"), "cnnlab.base.errors"),
    "Run": "cnnlab.api.run",
    **dict.fromkeys(("Study", "Tuning"), "cnnlab.api.study"),
}
"""Name of a class -> its module, which is imported when the name is first used."""


def __getattr__(name: str) -> object:
    if name not in _PLACES:
        raise AttributeError(f"module 'cnnlab' has no attribute '{name}'")
    import importlib

    return getattr(importlib.import_module(_PLACES[name]), name)


def train(*words: str | os.PathLike[str], verbose: bool | None = None, **keys: object) -> Run:
    """Train one run, or find it finished: `cnnlab train WORDS`.

        run = cnnlab.train("optimizer=adam", epochs=5)
        run = cnnlab.train("photos/ model=resnet18", **{"optimizer.lr": 0.01})

    Args:
        words: as on the command line, each an argument; a string alone is split as a shell splits it.
        verbose: True prints what the command prints, False nothing; None shows its last line, where the output is a
            terminal or a notebook.
        keys: more of them, key=value.

    Raises:
        ConfigError: what is asked for is wrong; every problem has a line.
        RunError: the run failed or diverged.
        KeyboardInterrupt: it was stopped. What is done is kept: the same call goes on.
    """
    from cnnlab.api.calls import train

    return train("train", words, keys, verbose=verbose)


def transfer(*words: str | os.PathLike[str], verbose: bool | None = None, **keys: object) -> Run:
    """Do the same with a pretrained network: `cnnlab transfer WORDS`.

        run = cnnlab.transfer("photos/", head="svm")

    Args:
        words: as of `train`.
        verbose: likewise.
        keys: likewise.

    Raises:
        ConfigError, RunError, KeyboardInterrupt: as of `train`.
    """
    from cnnlab.api.calls import train

    return train("transfer", words, keys, verbose=verbose)


def sweep(*words: str | os.PathLike[str], verbose: bool | None = None, **keys: object) -> Study:
    """Train the runs of a sweep that are not there yet, and compare its arms: `cnnlab -m WORDS`.

        study = cnnlab.sweep("optimizer=sgd,adam seed=0,1,2,3,4")
        study = cnnlab.sweep("transfer", "photos/", head=["svm", "logistic"], seed=range(5))

    Args:
        words: as of `train`; the first may be `transfer`.
        verbose: likewise.
        keys: likewise; a list or a range is swept.

    Raises:
        ConfigError: what is asked for is wrong.
        RunError: runs failed; the others are compared: `cnnlab.study(name)`.
        KeyboardInterrupt: it was stopped. What is done is kept: the same call goes on.
    """
    from cnnlab.api.calls import sweep

    return sweep(words, keys, verbose=verbose)


def tune(*words: str | os.PathLike[str], verbose: bool | None = None, **keys: object) -> Study:
    """Search for the best settings, and test them over fresh seeds: `cnnlab tune WORDS`.

        tuning = cnnlab.tune("optimizer.lr=log(1e-4,1)", "optimizer=sgd,adam", trials=20)

    Args:
        words: as of `sweep`.
        verbose: likewise.
        keys: likewise.

    Raises:
        ConfigError: what is asked for is wrong, or Optuna is not installed.
        RunError, KeyboardInterrupt: as of `sweep`.
    """
    from cnnlab.api.calls import tune

    return tune(words, keys, verbose=verbose)


def load(name: str | os.PathLike[str], *, plugins: str | None = None) -> Run:
    """Return a run of before.

        run = cnnlab.load("latest")

    Args:
        name: its folder, its id, the beginning of its id or of the hash at its end; or latest, or best; or a file that
            `cnnlab export` made of it.
        plugins: files that it was trained with, with commas between them.

    Raises:
        ConfigError: there is no such run, or several.
    """
    from cnnlab.api.finding import load

    return load(name, plugins=plugins)


def study(name: str | os.PathLike[str]) -> Study:
    """Return a study of before, also while its sweep goes on.

        study = cnnlab.study("optimizer")

    Args:
        name: what it is called, or its folder.

    Raises:
        ConfigError: there is none.
    """
    from cnnlab.api.finding import study

    return study(name)


def list_runs(*filters: str) -> pd.DataFrame:
    """Return a table of all runs that fit, the newest first: `cnnlab report KEY=VALUE`.

        runs = cnnlab.list_runs("dataset=digits", "status=finished")

    Args:
        filters: `key=value`, of several values with commas between them; `*` stands for any characters.

    Raises:
        ConfigError: no run has such a setting, or pandas is not installed.
    """
    from cnnlab.api.finding import list_runs

    return list_runs(filters)
