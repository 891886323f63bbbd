"""`zip=` and `exclude=`: words of a sweep that Hydra's grammar lacks, read before it as keys of the sweeper."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from cnnlab.base.errors import ConfigError, brief

SWEEPER = "hydra.sweeper"
WORDS: Mapping[str, str] = {"zip": f"{SWEEPER}.zip", "exclude": f"{SWEEPER}.exclude"}
"""Word -> the key that it stands for; several of a word are a list there."""
_OFF = "null"
_TYPED = re.compile(
    rf"""\s(?=['"]?(?:{"|".join(WORDS)})=)(?:'[^']*'|"(?:\\.|[^"\\])*"|\\.|[^\s'"\\])+(?=\s)""", re.DOTALL
)


def is_grid_word(word: str) -> bool:
    """Tell whether a word is one of these."""
    return word.partition("=")[0] in WORDS and "=" in word


def without_grid_words(line: str) -> str:
    """Return a line of a shell without them, for its completion."""
    return _TYPED.sub("", line)


def wrong_grid_words(words: Sequence[str], *, is_sweep: bool) -> Iterator[str]:
    """Yield what is wrong with them by themselves."""
    for name, values in _values(words).items():
        first = f"{name}={values[0]}"
        if "" in values:
            yield f"{name}: the value is missing. {_EXAMPLES[name]}"
        elif _OFF in values and len(values) > 1:
            yield f"{name}: {_OFF} turns it off and goes with no other, got {len(values)} of them. Leave one out."
        elif not is_sweep:
            yield f"{name}: is about the axes of a sweep, got {brief(first, str)}. A sweep needs -m."


_EXAMPLES = {
    "zip": "Write zip=optimizer,optimizer.lr for two swept keys that go in step.",
    "exclude": "Write exclude='optimizer=sgd activation=tanh' for points that are left out.",
}


def for_hydra(words: Sequence[str]) -> list[str]:
    """Return the words of a command line as Hydra reads them: these as keys of the sweeper."""
    from hydra.core.override_parser.types import Quote, QuotedString  # a look at a command line does without Hydra

    def value(texts: Sequence[str]) -> str:
        quoted = [QuotedString(text, Quote.double).with_quotes() for text in texts]
        return _OFF if _OFF in texts else f"[{','.join(quoted)}]"

    own = {name: f"{WORDS[name]}={value(texts)}" for name, texts in _values(words).items()}
    return list(dict.fromkeys(own[word.partition("=")[0]] if is_grid_word(word) else word for word in words))


def as_typed(words: Iterable[str], read: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the words as they were before `for_hydra`.

    Args:
        words: as Hydra has read them.
        read: name -> what the sweeper was given under it.
    """
    names = {key: name for name, key in WORDS.items()}
    found = []
    for word in words:
        name = names.get(word.partition("=")[0])
        found += [word] if name is None else [f"{name}={text}" for text in read[name] or [_OFF]]
    return found


def read_texts(written: object, name: str) -> list[str]:
    """Return what a study or a command line gives under one of these keys: a text, or several.

    Raises:
        ConfigError: it is something else.
    """
    texts = [] if written is None else [written] if isinstance(written, str) else written
    if isinstance(texts, Sequence) and all(isinstance(text, str) for text in texts):
        return [text for text in texts if text.strip()]
    raise ConfigError(f"{WORDS[name]}: must be a text or a list of texts, got {brief(written, str)}. {_EXAMPLES[name]}")


def _values(words: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for word in filter(is_grid_word, words):
        name, _, value = word.partition("=")
        found.setdefault(name, []).append(value.strip())
    return found
