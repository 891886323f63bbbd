"""Which of ImageNet's classes stand for which of a data set's: by their names, or as a file says."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from cnnlab.base.errors import ConfigError, brief, did_you_mean
from cnnlab.networks.transfer.imagenet_names import ImageNetNames, read_imagenet_names

OTHER = "other"
"""The class of all answers that stand for none of the data set's."""
_OF_THE_REST = (OTHER, "rest")  # classes of a data set that stand for all that is left
_FILE = "<class>: [<ImageNet names or numbers>]"


@dataclass(frozen=True)
class ClassMapping:
    """What a network's outputs for ImageNet's classes stand for."""

    classes: tuple[str, ...]
    """Of the data set."""
    columns: tuple[tuple[int, ...], ...]
    """For each the outputs that stand for it; none: it is never the answer."""
    rest: tuple[int, ...]
    """All other outputs."""
    ambiguous: tuple[str, ...]
    """Classes that have none since their names mean several things."""
    names: tuple[str, ...]
    """Of ImageNet's classes."""

    @property
    def takes_rest(self) -> str:
        """The class that the rest stands for: the data set's own, or "other"."""
        return next((name for name in _OF_THE_REST if name in self.classes), OTHER)

    @property
    def answers(self) -> tuple[str, ...]:
        """All classes that can be answered: the data set's, and "other" behind them unless it is one of them."""
        return self.classes if self.takes_rest in self.classes else (*self.classes, OTHER)

    @property
    def answer_columns(self) -> list[list[int]]:
        """For each answer the outputs that stand for it."""
        given = dict(zip(self.classes, self.columns)) | {self.takes_rest: self.rest}
        return [list(given[name]) for name in self.answers]

    @property
    def mapped(self) -> list[int]:
        """Positions of the data set's classes that can be answered."""
        columns = self.answer_columns
        return [index for index in range(len(self.classes)) if columns[index]]

    @property
    def unmapped(self) -> list[str]:
        """The data set's classes that are never answered."""
        mapped = self.mapped
        return [name for index, name in enumerate(self.classes) if index not in mapped]

    def as_names(self) -> dict[str, list[str]]:
        """Return class -> names of ImageNet's classes, but for the class that takes the rest."""
        return {
            name: [self.names[column] for column in columns]
            for name, columns in zip(self.classes, self.columns)
            if name != self.takes_rest
        }


def map_classes(classes: Sequence[str], file: Path | None) -> ClassMapping:
    """Return what ImageNet's classes stand for.

    A class of ImageNet that several names stand for, as a beagle for dogs and for beagles, goes to the one that stands
    for the fewest; if that is not one, to none.

    Args:
        classes: of the data set.
        file: YAML, class -> list of ImageNet's names or numbers; it has the last word on the classes that are in it.

    Raises:
        ConfigError: the file is wrong, or no class stands for any.
    """
    imagenet = read_imagenet_names()
    given = {} if file is None else _read(file, classes, imagenet)
    taken = frozenset[int]().union(*given.values())
    found = {
        name: imagenet.meant_by(name) - taken for name in classes if name not in given and name not in _OF_THE_REST
    }
    kept = _told_apart(found) | given
    if not any(kept.values()):
        raise ConfigError(_none_mapped(classes))
    lost = {name for name, outputs in found.items() if outputs and not kept[name]}
    ambiguous = [name for name in found if name in lost or imagenet.is_ambiguous(name)]
    columns = [tuple(sorted(kept.get(name, ()))) for name in classes]
    rest = set(range(len(imagenet.names))).difference(*columns)
    return ClassMapping(tuple(classes), tuple(columns), tuple(sorted(rest)), tuple(ambiguous), imagenet.names)


def _told_apart(found: Mapping[str, frozenset[int]]) -> dict[str, frozenset[int]]:
    """Leave each output to the name that stands for the fewest, if there is one."""
    owners: dict[int, list[str]] = {}
    for name in sorted(found, key=lambda name: len(found[name])):
        for output in found[name]:
            owners.setdefault(output, []).append(name)
    shared = {
        output for output, names in owners.items() if len(names) > 1 and len(found[names[0]]) == len(found[names[1]])
    }
    return {
        name: frozenset(o for o in outputs if owners[o][0] == name and o not in shared)
        for name, outputs in found.items()
    }


def _none_mapped(classes: Sequence[str]) -> str:
    named = ", ".join(classes[:5]) + (" ..." if len(classes) > 5 else "")
    return (
        f"transfer.mapping: none of the classes {named} has a name that stands for some of ImageNet's. "
        f"Write for each which do, {_FILE} a line, and give the file: transfer.mapping=file.yaml"
    )


def _read(file: Path, classes: Sequence[str], imagenet: ImageNetNames) -> dict[str, frozenset[int]]:
    """Return what a mapping file says of a data set's classes; it may be about others too."""
    entries = _load(file)
    problems = list(_problems(entries, classes, imagenet))
    given = {
        name: frozenset[int]().union(*map(imagenet.meant_in_file, entries[name])) for name in classes if name in entries
    }
    times = Counter(output for outputs in given.values() for output in outputs)
    twice = [imagenet.names[output] for output, count in times.items() if count > 1]
    if twice:
        problems.append(f"transfer.mapping: '{twice[0]}' stands for more than one class in '{file}'. Leave it to one.")
    if problems:
        raise ConfigError(*problems)
    return given


def _problems(
    entries: Mapping[str, Sequence[object]], classes: Sequence[str], imagenet: ImageNetNames
) -> Iterator[str]:
    """Yield what is wrong: entries that stand for nothing, names that are nearly those of a class."""
    known, left = (*imagenet.names, *imagenet.groups), [name for name in classes if name not in entries]
    for name, members in entries.items():
        if name not in classes:
            if nearest := difflib.get_close_matches(name, left, n=1, cutoff=0.7):
                yield f"transfer.mapping: '{name}' is not a class of the data set. Did you mean '{nearest[0]}'?"
            continue
        for entry in members:
            if not imagenet.meant_in_file(entry):
                shown = brief(entry, str)
                yield f"transfer.mapping: '{shown}' ({name}) is not a class of ImageNet.{did_you_mean(shown, known)}"


def _load(file: Path) -> dict[str, list[object]]:
    if not file.is_file():
        raise ConfigError(f"transfer.mapping: no file '{file}'.")
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (yaml.YAMLError, ValueError) as error:
        raise ConfigError(_no_mapping(file)) from error
    if not isinstance(content, Mapping) or not all(isinstance(members, list) for members in content.values()):
        raise ConfigError(_no_mapping(file))
    return {str(name): members for name, members in content.items()}


def _no_mapping(file: Path) -> str:
    return f"transfer.mapping: '{file}' is not a mapping from classes to lists. It takes {_FILE} a line."
