"""What a name means among ImageNet's 1,000 classes: one of them, by name or WordNet's number, or a group of them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

SHIPPED = Path(__file__).parent / "imagenet"
_NUMBER = re.compile(r"n\d{8}(?!\d)")  # as folders are named: n02085620, n02085620-Chihuahua
_COUNT = re.compile(r"\d+[ ._-]+")  # as folders are counted: 056.dog
_SINGULARS = (("ies", "y"), ("ves", "f"), ("ves", "fe"), ("es", ""), ("s", ""))


@dataclass(frozen=True)
class ImageNetNames:
    """ImageNet's classes and what people call them."""

    names: tuple[str, ...]
    """In the order of a network's outputs."""
    numbers: Mapping[str, int]
    """WordNet's number of a class -> the class."""
    words: Mapping[str, frozenset[int]]
    """What is left of a name without capitals, spaces and signs -> the classes that it stands for."""
    ambiguous: frozenset[str]
    """Words that stand for none, since they mean something else as well."""
    groups: tuple[str, ...]
    """Names of several classes, or other names of one."""

    def meant_by(self, name: str) -> frozenset[int]:
        """Return the classes that a name stands for: none where it is unknown or ambiguous."""
        number = _NUMBER.match(name)
        if number and number[0] in self.numbers:
            return frozenset({self.numbers[number[0]]})
        known = (word for word in _words(name) if word in self.words or word in self.ambiguous)
        word = next(known, None)
        return frozenset() if word is None or word in self.ambiguous else self.words[word]

    def is_ambiguous(self, name: str) -> bool:
        """Tell whether a name stands for nothing because it means several things."""
        return any(word in self.ambiguous for word in _words(name)) and not self.meant_by(name)

    def meant_in_file(self, entry: object) -> frozenset[int]:
        """Return what an entry of a mapping file stands for: an output by its number, or else a name.

        An exact name is that class, whatever else people mean by it.
        """
        if isinstance(entry, int) and not isinstance(entry, bool):
            return frozenset({entry}) if 0 <= entry < len(self.names) else frozenset()
        if not isinstance(entry, str):
            return frozenset()
        return frozenset({self.names.index(entry)}) if entry in self.names else self.meant_by(entry)


def read_imagenet_names() -> ImageNetNames:
    """Read the files that are shipped."""
    lines = (SHIPPED / "classes.txt").read_text(encoding="utf-8").splitlines()
    numbers, names = zip(*(line.split(" ", 1) for line in lines))
    content = yaml.safe_load((SHIPPED / "groups.yaml").read_text(encoding="utf-8"))
    groups = {name: members for key, members in content["groups"].items() for name in key.split(", ")}
    ambiguous = frozenset(map(_word, content["ambiguous"]))
    words = {_word(name): frozenset({index}) for index, name in enumerate(names)}
    words |= {_word(name): frozenset(_members(name, groups, names)) for name in groups}
    return ImageNetNames(names, dict(zip(numbers, range(len(numbers)))), words, ambiguous, tuple(groups))


def _members(group: str, groups: Mapping[str, Sequence[str]], names: Sequence[str]) -> Iterator[int]:
    """Yield the classes of a group; a member that is no class is a group itself."""
    for member in groups[group]:
        if member in names:
            yield names.index(member)
        else:
            yield from _members(member, groups, names)


def _word(name: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKD", name).casefold() if letter.isalnum())


def _words(name: str) -> Iterator[str]:
    """Yield how a name may be written: as it is, in the singular, in the plural."""
    word = _word(_COUNT.sub("", name, count=1) if _COUNT.match(name) else name)
    yield word
    for plural, singular in _SINGULARS:
        if word.endswith(plural):
            yield word.removesuffix(plural) + singular
    yield f"{word}s"
