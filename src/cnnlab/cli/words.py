"""What is wrong with the words of a command line by themselves, before Hydra reads them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator

from cnnlab.base.errors import brief
from cnnlab.base.texts import printable
from cnnlab.cli.arguments import Arguments
from cnnlab.cli.grid_words import is_grid_word, wrong_grid_words
from cnnlab.config.conf_files import GLOBAL
from cnnlab.config.options import groups
from cnnlab.sweeps.points import key_of

_LONGEST_NUMBER = 1000  # digits; Python reads 4300 at most, and no option takes as many
_NUMBER = re.compile(rf"\d[\d_]{{{_LONGEST_NUMBER}}}")


def unusable(arguments: Arguments) -> Iterator[str]:
    """Yield a problem for every word that cannot be read, or cannot be saved with the run as it was typed."""
    for word in (*arguments.flags, *arguments.overrides):
        shown = printable(brief(word, str))
        if printable(word) != word:
            yield f"{shown}: is not UTF-8, and what is typed is saved with the run. Rename the file or folder."
        elif "\0" in word:
            yield f"{brief(word)}: contains the character 0, which no name and no value may. Remove it."
        elif _NUMBER.search(word):
            yield f"{key_of(shown)}: holds a number of more than {_LONGEST_NUMBER:,} digits. Give a smaller one."
    is_run = not (arguments.is_sweep or arguments.is_look or arguments.is_help)
    yield from wrong_grid_words(arguments.overrides, is_sweep=not is_run, is_tuning=arguments.is_tuning)


def repeated(overrides: Iterable[str]) -> list[str]:
    """Return a problem for every key that is given more than once; Hydra would take the last one in silence."""
    values: dict[str, list[str]] = {}
    for text in overrides:
        if not is_grid_word(text):
            values.setdefault(key_of(text), []).append(text.partition("=")[2])
    return [
        f"{key}: given {len(given)} times: {', '.join(given)}. Give it once; for a sweep: "
        + shlex.join(["-m", f"{key}={','.join(given)}"])
        for key, given in values.items()
        if len(given) > 1
    ]


def lists_of_options(overrides: Iterable[str]) -> list[str]:
    """Return a problem for every group that is given a list; Hydra would merge the options into one in silence."""
    given = {key_of(text): text.partition("=")[2] for text in overrides}
    return [
        f"{key}: takes the name of one option, got {brief(value, str)}. To run several, sweep: "
        + shlex.join(["-m", f"{key}={value.strip('[]')}"])
        for key, value in given.items()
        if key in (*groups(), *GLOBAL) and value.startswith("[")
    ]


def folders_of_hydra(overrides: Iterable[str]) -> list[str]:
    """Return a problem for every key that would let Hydra choose a folder or write into one."""
    return [
        f"{key_of(text)}: cnnlab names and fills the folders of runs itself, in outputs/. Leave it out; "
        "to work elsewhere, cd there."
        for text in overrides
        if key_of(text).startswith(("hydra.run.", "hydra.sweep.", "hydra.job.chdir", "hydra.output_subdir"))
    ]
