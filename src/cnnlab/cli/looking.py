"""`cnnlab data DATA`: what is in a data set, before anything is trained on it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from cnnlab.base.errors import ConfigError, unknown
from cnnlab.base.stopping import Stop
from cnnlab.cli.carrying_out import carry_out
from cnnlab.cli.commands import BY_NAME, DEFAULT
from cnnlab.cli.meanings import meant_name, options_in
from cnnlab.cli.own_arguments import Parser
from cnnlab.cli.own_photos import is_place
from cnnlab.config.conf_files import conf_dir


def main(args: Sequence[str], stop: Stop) -> int:
    """Run the command; return its exit code."""
    words = _parser().read(args).words
    command = dataclasses.replace(BY_NAME[DEFAULT], job="cnnlab.cli.looking_at_data:LookAtData")
    return carry_out(command, [_with_key(word) for word in words], stop)


def _parser() -> Parser:
    parser = Parser(
        "data",
        description="Say what is in a data set before anything is trained on it: classes and splits, sizes and kinds "
        "of the images, duplicates within and across splits, damaged files, mean images and samples. As a table, as "
        "CSV and JSON, and as a page.",
        epilog="examples: cnnlab data my_photos/ · cnnlab data digits · cnnlab data dataset=cifar10 classes=5",
        example="my_photos/",
    )
    parser.add_argument(
        "words",
        nargs="+",
        metavar="DATA",
        help="a folder of class folders, a .zip of them, or the name of a data set; then keys of it, as cnnlab train "
        "takes them: dataset.val_fraction=0.2",
    )
    return parser


def _with_key(word: str) -> str:
    """Return a word as `cnnlab train` takes it: the name of a data set stands for itself here.

    Raises:
        ConfigError: there is no such data set or place.
    """
    if "=" in word or is_place(word):
        return word
    folders = [conf_dir()]
    name, known = meant_name("dataset", word, folders), options_in("dataset", folders)
    if name not in known:
        raise ConfigError(f"data: {unknown(word, known, noun='folder or data set')}")
    return f"dataset={name}"
