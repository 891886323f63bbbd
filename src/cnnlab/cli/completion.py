"""What completes a word behind a command that reads its own arguments: runs, studies, groups, options."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from cnnlab.config.conf_files import GLOBAL, conf_dir, read_options
from cnnlab.config.options import groups
from cnnlab.outputs.finding import BY_WORD, run_ids, study_names


def completions(line: str) -> list[str]:
    """Return what the word may become that is being typed at the end of a line; nothing where files are meant.

    Args:
        line: as typed so far, from the name of the program on; its second word is a command.
    """
    _, command, *before = line.split()
    begun = "" if line.endswith(" ") or not before else before.pop()
    words = [word for word in before if not word.startswith("-")]
    known = OFFERS[command](words) if command in OFFERS else ()
    return [name for name in known if name.startswith(begun)]


def _runs() -> list[str]:
    return [*sorted(run_ids()), *BY_WORD]


def _one_run(words: Sequence[str]) -> list[str]:
    return [] if words else _runs()


def _of_list(words: Sequence[str]) -> list[str]:
    """Return the groups; behind one of them its options."""
    known = (*groups(), *GLOBAL)
    if not words:
        return list(known)
    return [option.name for option in read_options(words[0], [conf_dir()])] if words[0] in known else []


OFFERS: Mapping[str, Callable[[Sequence[str]], list[str]]] = {
    "data": lambda _: [option.name for option in read_options("dataset", [conf_dir()])],
    "report": lambda _: [*study_names(), *_runs()],
    "watch": lambda words: [] if words else [*study_names(), *_runs()],
    "predict": _one_run,
    "export": _one_run,
    "resume": _one_run,
    "remove": lambda _: _runs(),
    "reproduce": lambda words: [] if words else sorted(path.stem for path in (conf_dir() / "results").glob("*.csv")),
    "list": _of_list,
}
"""Command -> what it takes, behind the words that it has already."""
