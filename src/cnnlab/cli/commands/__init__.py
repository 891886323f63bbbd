"""The commands: one list, from which dispatch, completion, help and tests come. Imports none of them.

To add a command, write it down here. One that Hydra composes has a primary config in conf/, and its job is a class: an
object of it is made with the command's `Stop` and called with each composed configuration. One that reads its own
arguments is a module whose `main` takes the words behind the command and the `Stop`, and returns the exit code; it lies
in this package, unless Hydra composes what it asks for.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Command:
    """A command of the console script."""

    name: str
    help: str
    """One line of at most 70 columns, for `cnnlab --help`."""
    job: str
    """`module:name` of what carries it out: of a function, or of a class where Hydra composes."""
    config: str | None = None
    """Primary config in conf/, without suffix; None where Hydra has no part in it."""

    def load(self) -> Callable[..., object]:
        """Import what carries it out, and only that."""
        module, _, name = self.job.partition(":")
        job: Callable[..., object] = getattr(importlib.import_module(module), name)
        return job


COMMANDS = (
    Command(
        "train",
        "train one run; with -m a sweep of runs. May be left out",
        job="cnnlab.cli.jobs:TrainJob",
        config="train",
    ),
    Command(
        "transfer",
        "the same with a pretrained network: features, fine-tuning, zero-shot",
        job="cnnlab.cli.jobs:TrainJob",
        config="transfer",
    ),
    Command(
        "tune",
        "search for the best settings; test them over fresh seeds",
        job="cnnlab.cli.tuning:main",
    ),
    Command(
        "data",
        "what is in a data set: counts, sizes, duplicates, damaged files",
        job="cnnlab.cli.looking:main",
    ),
    Command(
        "report",
        "compare the arms of a study; without a name a table of runs",
        job="cnnlab.cli.commands.report:main",
    ),
    Command(
        "reproduce",
        "run a study whose results are shipped; do today's agree?",
        job="cnnlab.cli.reproducing:main",
    ),
    Command("watch", "how a sweep goes, from another terminal", job="cnnlab.cli.commands.watch:main"),
    Command("predict", "classify images with a saved run", job="cnnlab.cli.commands.predict:main"),
    Command("inspect", "look into a run's network: a page of pictures", job="cnnlab.cli.commands.inspect:main"),
    Command("export", "a run as one file to give away, for use anywhere", job="cnnlab.cli.commands.export:main"),
    Command("resume", "go on with a run, exactly as it was configured", job="cnnlab.cli.commands.resume:main"),
    Command("remove", "delete runs, after a list and a question", job="cnnlab.cli.commands.remove:main"),
    Command(
        "list",
        "groups and their options; of a group, what each one sets",
        job="cnnlab.cli.commands.list_options:main",
    ),
)

BY_NAME = {command.name: command for command in COMMANDS}
COMPOSED = tuple(command.name for command in COMMANDS if command.config is not None)
"""Those whose configuration Hydra composes."""
TUNE = "tune"
"""A sweep of one of those, named behind it, whose points are chosen."""
DEFAULT = COMPOSED[0]
"""What is meant when no command is given."""
OUTPUTS = "outputs="
"""How the word begins that says where runs and studies are: of every command."""
