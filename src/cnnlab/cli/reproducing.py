"""`cnnlab reproduce STUDY`: run a study whose results are shipped, and say of each arm whether today's agree."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from cnnlab.base.errors import ConfigError, unknown
from cnnlab.base.printing import tell
from cnnlab.base.stopping import Stop
from cnnlab.cli.carrying_out import carry_out
from cnnlab.cli.commands import BY_NAME, DEFAULT
from cnnlab.cli.own_arguments import Parser
from cnnlab.config.conf_files import EXPERIMENT, conf_dir
from cnnlab.outputs.study_folder import StudyFolder
from cnnlab.sweeps.points import key_of

_FREE = ("dataset", "data_dir", "cache_dir", "hydra")
"""First parts of keys that are free beside those of the machine: where images are, and how the sweep is carried out."""
_WEIGHTS = "backbone.weights"
"""Free too: where a file of weights is; others would be other runs."""


def results_dir() -> Path:
    """Return the folder of the shipped results."""
    return conf_dir() / "results"


def main(args: Sequence[str], stop: Stop) -> int:
    """Run the command; return its exit code."""
    parser = Parser(
        "reproduce",
        description="Run a study whose results are shipped, and say of each arm whether today's agree with them: "
        "identical, compatible or different. What is finished is not trained again.",
        epilog="examples: cnnlab reproduce · cnnlab reproduce optimizers · cnnlab reproduce optimizers device=cuda",
        example="",
    )
    parser.add_argument("study", nargs="?", help="name of the study; none: a list of them")
    parser.add_argument(
        "words", nargs="*", help="keys of the machine, and where the images are: threads=2 data_dir=data"
    )
    options = parser.read(args)
    known = {path.stem: path for path in sorted(results_dir().glob("*.csv"))}
    if options.study is None:
        print("\n".join(_overview(known)))
        return 0
    if options.study not in known:
        raise ConfigError(f"reproduce: {_unknown(options.study, known)}")
    _check_words(options.words)
    stop.look()
    return _reproduce(known[options.study], options.words, stop)


def _overview(known: dict[str, Path]) -> list[str]:
    from cnnlab.comparison.reproduction import read_reference

    lines = []
    for name, path in known.items():
        reference = read_reference(path)
        arms, seeds = len(reference.accuracies), len(reference.seeds)
        lines += [f"{name}: {arms} arms x {seeds} seeds", f"  {reference.about[0]}"]
    return lines


def _unknown(name: str, known: dict[str, Path]) -> str:
    if (conf_dir() / EXPERIMENT / f"{name}.yaml").is_file():
        return f"no results of {name} are shipped. Run it: cnnlab -m experiment={name}"
    return unknown(name, list(known), noun="study")


def _check_words(words: Sequence[str]) -> None:
    """Let pass what changes no result.

    Raises:
        ConfigError: a word would make another study.
    """
    from cnnlab.config.keys import keys_of
    from cnnlab.config.roles import NOT_IDENTITY

    free = keys_of(*NOT_IDENTITY)
    for word in words:
        key = key_of(word)
        if "=" not in word or (key not in (*free, _WEIGHTS) and key.partition("/")[0].partition(".")[0] not in _FREE):
            raise ConfigError(
                f"reproduce: takes keys of the machine and of where images and weights are, got {word}, which would "
                "make it another study."
            )


def _reproduce(path: Path, words: Sequence[str], stop: Stop) -> int:
    from cnnlab.comparison.arms import read_arms
    from cnnlab.comparison.reproduction import read_reference, reproduced, reproduction_lines
    from cnnlab.sweeps.siblings import siblings

    reference = read_reference(path)
    _, *typed = shlex.split(reference.about[0])
    name = typed.pop(0) if typed[0] in BY_NAME else DEFAULT
    given = {key_of(word) for word in words}
    kept = [word for word in typed if "=" not in word or key_of(word) not in given]
    code = carry_out(BY_NAME[name], [*kept, *words], stop)
    if code or any(word == "plan=true" for word in words):
        return code
    written = [file for study in siblings(path.stem) if (file := study.path / "results.csv").is_file()]
    study = StudyFolder(max(written, key=lambda file: file.stat().st_mtime_ns).parent)  # this one: it was just written
    arms = read_arms(study)
    for line in ["", *reproduction_lines(reproduced(arms, reference), reference, arms)]:
        tell(line)
    tell(f"open     {study.path / 'report.html'}")
    return 0
