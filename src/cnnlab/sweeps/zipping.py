"""Axes that go in step: `zip=optimizer,optimizer.lr` pairs their values, in place of every combination of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from cnnlab.base.errors import ConfigError, brief, did_you_mean
from cnnlab.sweeps.points import FOLD, SEED, Group

ZIP = "zip"


def read_zips(written: Iterable[str], swept: Sequence[str]) -> list[Group]:
    """Return the groups of axes that go in step.

    Args:
        written: keys between commas, a text for each group.
        swept: keys of the axes.

    Raises:
        ConfigError: a group is no two axes or more, or axes of it cannot be paired.
    """
    groups = [(text, tuple(key.strip() for key in text.split(","))) for text in written]
    problems = [line for text, keys in groups for line in _problems(text, keys, swept)]
    for place, (text, keys) in enumerate(groups):
        problems += [
            f"{ZIP}: {key} is in two groups, {other} and {text}. Put all that go in step into one."
            for other, before in groups[:place]
            for key in keys
            if key in before
        ]
    if problems:
        raise ConfigError(*dict.fromkeys(problems))
    return [keys for _, keys in groups]


def _problems(text: str, keys: Group, swept: Sequence[str]) -> Iterator[str]:
    if len(keys) < 2 or "" in keys:
        yield f"{ZIP}: pairs swept keys, two or more separated by commas, got {brief(text)}. Write {ZIP}=<key>,<key>."
        return
    for key in dict.fromkeys(keys):
        if keys.count(key) > 1:
            yield f"{ZIP}: {key} appears twice in {text}. Name each key once."
        if key in (SEED, FOLD):
            what = "seeds repeat every arm" if key == SEED else "every arm is trained on all folds"
            yield f"{ZIP}: {what}, so that they cannot go in step with a setting, got {text}. Leave {key} out."
        elif key not in swept:
            yield f"{ZIP}: {not_swept(key, swept)}"


def not_swept(key: str, swept: Iterable[str]) -> str:
    """Say that a key is no axis, which one may be meant, and what there is."""
    axes = list(swept)
    there = f"Swept: {', '.join(axes)}." if axes else f"Give it several values: {brief(key, str)}=a,b"
    return f"'{brief(key, str)}' is not swept.{did_you_mean(key, axes)} {there}"
