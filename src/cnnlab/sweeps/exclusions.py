"""Points that a sweep leaves out: `exclude='optimizer=sgd normalization=none'`, where all conditions hold."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from cnnlab.base.errors import ConfigError, brief, did_you_mean
from cnnlab.sweeps.points import ARM, FOLD, Point, key_of
from cnnlab.sweeps.zipping import not_swept

EXCLUDE = "exclude"
_EXAMPLE = f"Write {EXCLUDE}='optimizer=sgd activation=tanh|relu'."


@dataclass(frozen=True)
class Exclusion:
    """Conditions; a point for which all of them hold is left out."""

    text: str
    """As typed."""
    conditions: Mapping[str, tuple[str, ...]]
    """Key -> values, one of which the point has."""

    def holds(self, values: Mapping[str, str]) -> bool:
        """Tell whether a point with these values, by key, is left out."""
        return all(values.get(key) in wanted for key, wanted in self.conditions.items())


def read_exclusions(written: Iterable[str], points: Sequence[Point]) -> list[Exclusion]:
    """Return what is left out of a grid.

    Args:
        written: conditions between spaces, a text for each exclusion.
        points: of the whole grid, one or more.

    Raises:
        ConfigError: a text is no such conditions, or one is about a key that the grid does not give.
    """
    texts = list(written)
    if not texts:
        return []
    axes, of_arms = _axes(points), {key_of(text) for point in points for text in point.arm_overrides}
    found: list[Exclusion] = []
    problems: list[str] = []
    for text in texts:
        try:
            found.append(_read(text))
            problems += filter(None, (_problem(key, axes, of_arms) for key in found[-1].conditions))
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(*dict.fromkeys(problems))
    return found


def _read(text: str) -> Exclusion:
    try:
        words = shlex.split(text)
    except ValueError:  # a quote is not closed
        words = []
    pairs = [word.partition("=") for word in words]
    if not pairs or not all(key and value for key, _, value in pairs):
        raise ConfigError(f"{EXCLUDE}: takes conditions separated by spaces, got {brief(text)}. {_EXAMPLE}")
    conditions: dict[str, tuple[str, ...]] = {}
    for key, _, value in pairs:
        if key in conditions:
            raise ConfigError(f"{EXCLUDE}: {key} appears twice in {brief(text)}, and a point has one value. {_EXAMPLE}")
        if "," in value and not set(value) & set("[{("):
            right = f"{key}={value.replace(',', '|')}"
            raise ConfigError(f"{EXCLUDE}: values of a condition are separated by |, got {key}={value}. Write {right}")
        conditions[key] = tuple(_plain(one) for one in value.split("|"))
    return Exclusion(text, conditions)


def _problem(key: str, axes: Mapping[str, Mapping[str, str]], of_arms: Iterable[str]) -> str | None:
    """Return why there is no telling what a condition on a key leaves out; None where there is."""
    if key == FOLD:
        return f"{EXCLUDE}: every arm is trained on all folds, which are parts of one set. Leave {key} out."
    if key in axes:
        return None
    if key in of_arms:
        return f"{EXCLUDE}: {key} is a setting of named arms, not swept. Name the arms: {ARM}=<name>"
    return f"{EXCLUDE}: {not_swept(key, [axis for axis, values in axes.items() if len(values) > 1])}"


def left(points: Sequence[Point], exclusions: Sequence[Exclusion]) -> list[Point]:
    """Return the points that are not left out.

    Raises:
        ConfigError: there is none.
    """
    kept = [point for point in points if not any(one.holds(_values(point)) for one in exclusions)]
    if points and not kept:
        texts = ", ".join(brief(one.text) for one in exclusions)
        raise ConfigError(f"{EXCLUDE}: leaves no point of {len(points)}, got {texts}. Exclude less or sweep wider.")
    return kept


def idle(points: Sequence[Point], exclusions: Sequence[Exclusion]) -> Iterator[str]:
    """Yield a sentence for every value that no point of the whole grid has, and for what leaves out nothing."""
    axes = _axes(points) if exclusions else {}
    for one in exclusions:
        unseen = [(key, value) for key, wanted in one.conditions.items() for value in wanted if value not in axes[key]]
        for key, value in unseen:
            there = ", ".join(axes[key].values())
            near = did_you_mean(value, axes[key])
            yield f"{EXCLUDE}: no point has {key}={value}.{near} There is: {there}."
        if not unseen and not any(one.holds(_values(point)) for point in points):
            yield f"{EXCLUDE}: no point has all of {one.text}."


def _axes(points: Iterable[Point]) -> dict[str, dict[str, str]]:
    """Return key -> values that points of a grid have, as they compare -> as typed; the swept keys first."""
    found: dict[str, dict[str, str]] = {}
    for point in points:
        for key, value in _given(point):
            found.setdefault(key, {}).setdefault(_plain(value), value)
    return found


def _values(point: Point) -> dict[str, str]:
    return {key: _plain(value) for key, value in _given(point)}


def _given(point: Point) -> Iterator[tuple[str, str]]:
    if point.arm_name:
        yield ARM, point.arm_name
    for text in (*point.swept, point.seed, *point.shared):
        if text:
            yield key_of(text), text.partition("=")[2]


def _plain(value: str) -> str:
    """Return a value as it compares: numbers by size, so that 1e-3 is 0.001; words without their quotes."""
    text = value.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        return text[1:-1]
    try:
        number = float(text)
    except ValueError:
        return "".join(text.split()) if text[:1] in ("[", "{", "(") else _WORDS.get(text.lower(), text)
    return str(int(number)) if number.is_integer() else str(number)


_WORDS = {word: word for word in ("true", "false", "null")}
