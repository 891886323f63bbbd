"""`zip=`, `exclude=`, `fair=`, `optimizer.lr=log(1e-4,1)`: words that Hydra's grammar lacks, read for the sweeper."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence

from cnnlab.base.errors import ConfigError, brief
from cnnlab.sweeps.points import key_of
from cnnlab.sweeps.tuning.space import EXAMPLE, is_range

SWEEPER = "hydra.sweeper"
WORDS: Mapping[str, str] = {name: f"{SWEEPER}.{name}" for name in ("zip", "exclude", "fair")}
"""Word -> the key that it stands for; several of a word are a list there."""
SPACE = "space"
"""What the sweeper is given ranges under; with it, even empty, the sweep is a tuning."""
_KEYS = {**WORDS, SPACE: f"{SWEEPER}.{SPACE}"}
_OFF = "null"
_TYPED = re.compile(
    rf"""\s(?=['"]?(?:(?:{"|".join(WORDS)})=|[\w.]+=(?:log|uniform|int)\())(?:'[^']*'|"(?:\\.|[^"\\])*"|\\.|[^\s'"\\])+(?=\s)""",
    re.DOTALL,
)


def is_grid_word(word: str) -> bool:
    """Tell whether a word is one of these."""
    return is_named(word) or is_range(word)


def is_named(word: str) -> bool:
    """Tell whether a word is one of WORDS."""
    return word.partition("=")[0] in WORDS and "=" in word


def without_grid_words(line: str) -> str:
    """Return a line of a shell without them, for its completion."""
    return _TYPED.sub("", line)


def wrong_grid_words(words: Sequence[str], *, is_sweep: bool, is_tuning: bool = False) -> Iterator[str]:
    """Yield what is wrong with them by themselves."""
    for word in words if not is_tuning else ():
        if is_range(word) and not is_named(word):
            typed, fair = shlex.join(["cnnlab", "tune", word]), shlex.quote(f"fair={word}")
            other = f", or to tune every arm: {fair}" if is_sweep else ""
            given = brief(word.partition("=")[2], str)
            yield f"{key_of(word)}: is a range to search, got {given}. Type: {typed}{other}"
    for name, values in _values(words).items():
        first = f"{name}={values[0]}"
        if "" in values:
            yield f"{name}: the value is missing. {_EXAMPLES[name]}"
        elif _OFF in values and len(values) > 1:
            yield f"{name}: {_OFF} turns it off and goes with no other, got {len(values)} of them. Leave one out."
        elif is_tuning and name == "fair":
            yield f"fair: is about arms that are compared, got {brief(first, str)}. Leave it out of cnnlab tune."
        elif not is_sweep:
            yield f"{name}: is about the axes of a sweep, got {brief(first, str)}. A sweep needs -m."


_EXAMPLES = {
    "zip": "Write zip=optimizer,optimizer.lr for two swept keys that go in step.",
    "exclude": "Write exclude='optimizer=sgd activation=tanh' for points that are left out.",
    "fair": "Write fair='optimizer.lr=log(1e-4,1)' for a range in which every arm is tuned.",
    SPACE: f"Write {EXAMPLE}.",
}


def for_hydra(words: Sequence[str], *, is_tuning: bool = False) -> list[str]:
    """Return the words of a command line as Hydra reads them: these as keys of the sweeper."""
    own = {name: f"{WORDS[name]}={_as_list(texts)}" for name, texts in _values(words).items()}
    kept = [word for word in words if is_named(word) or not is_range(word)]
    others = [own[word.partition("=")[0]] if is_named(word) else word for word in kept]
    space = [f"{_KEYS[SPACE]}={_as_list([word for word in words if is_range(word)])}"] if is_tuning else []
    return list(dict.fromkeys([*others, *space]))


def _as_list(texts: Sequence[str]) -> str:
    from hydra.core.override_parser.types import Quote, QuotedString  # a look at a command line does without Hydra

    quoted = [QuotedString(text, Quote.double).with_quotes() for text in texts]
    return _OFF if _OFF in texts else f"[{','.join(quoted)}]"


def as_typed(words: Iterable[str], read: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the words as they were before `for_hydra`.

    Args:
        words: as Hydra has read them.
        read: name -> what the sweeper was given under it.
    """
    names = {key: name for name, key in _KEYS.items()}
    found = []
    for word in words:
        name = names.get(word.partition("=")[0])
        if name is None:
            found.append(word)
        else:
            found += read[name] if name == SPACE else [f"{name}={text}" for text in read[name] or [_OFF]]
    return found


def read_texts(written: object, name: str) -> list[str]:
    """Return what a study or a command line gives under one of these keys: a text, or several.

    Raises:
        ConfigError: it is something else.
    """
    texts = [] if written is None else [written] if isinstance(written, str) else written
    if isinstance(texts, Sequence) and all(isinstance(text, str) for text in texts):
        return [text for text in texts if text.strip()]
    raise ConfigError(f"{_KEYS[name]}: must be a text or a list of texts, got {brief(written, str)}. {_EXAMPLES[name]}")


def _values(words: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for word in filter(is_named, words):
        name, _, value = word.partition("=")
        found.setdefault(name, []).append(value.strip())
    return found
