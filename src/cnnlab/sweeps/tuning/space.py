"""A search space in the words of a grid: `optimizer.lr=log(1e-4,1)`, `uniform(a,b)`, `int(a,b)`, or values in a list.

Values are the texts that would be typed. Those that lie on a range have four digits: what is proposed can be typed
again, and names the same run.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from cnnlab.base.errors import ConfigError, brief, did_you_mean
from cnnlab.sweeps.points import key_of

Edge = Literal["low", "high"]
_DIGITS = 4
_NEAR = 0.05  # of a range: what was found so near to its end may lie beyond
EXAMPLE = "'optimizer.lr=log(1e-4,1)'"
"""As a shell has to see it."""


@dataclass(frozen=True)
class Uniform:
    """Numbers between two ends, all alike."""

    low: float
    high: float

    @property
    def written(self) -> str:
        """The range as it is typed."""
        return f"uniform({self.low:g},{self.high:g})"

    def text(self, value: float) -> str:
        """Return a value as it is typed, with four digits, and not beyond the ends."""
        short = float(f"{value:.{_DIGITS}g}")
        return repr(min(max(short, self.low), self.high)).removesuffix(".0")

    def place(self, text: str) -> float:
        """Return where a value lies: 0 at the low end, 1 at the high one."""
        return (float(text) - self.low) / (self.high - self.low)

    def at(self, place: float) -> float:
        """Return the value at a place from 0 to 1."""
        return self.low + place * (self.high - self.low)

    def levels(self, num: int) -> list[str]:
        """Return so many values, equally far apart, the ends among them."""
        return [self.text(self.at(i / max(1, num - 1))) for i in range(num)]


@dataclass(frozen=True)
class Log(Uniform):
    """Numbers between two ends above 0, all orders of magnitude alike."""

    @property
    def written(self) -> str:
        """The range as it is typed."""
        return f"log({self.low:g},{self.high:g})"

    def place(self, text: str) -> float:
        """Return where a value lies: 0 at the low end, 1 at the high one."""
        return math.log(float(text) / self.low) / math.log(self.high / self.low)

    def at(self, place: float) -> float:
        """Return the value at a place from 0 to 1."""
        return float(self.low * (self.high / self.low) ** place)


@dataclass(frozen=True)
class Int(Uniform):
    """Whole numbers between two ends, all alike."""

    low: int
    high: int

    @property
    def written(self) -> str:
        """The range as it is typed."""
        return f"int({self.low},{self.high})"

    def text(self, value: float) -> str:
        """Return a value as it is typed."""
        return str(round(value))

    def levels(self, num: int) -> list[str]:
        """Return so many values, equally far apart, the ends among them; all of them where there are fewer."""
        return list(dict.fromkeys(super().levels(min(num, self.high - self.low + 1))))


@dataclass(frozen=True)
class Choice:
    """Values in a list, without an order."""

    values: tuple[str, ...]

    @property
    def written(self) -> str:
        """The list as it is typed."""
        return ",".join(self.values)


Range = Uniform
"""What lies between two ends: `Uniform`, `Log` or `Int`."""
Axis = Range | Choice
"""What a key may be."""


@dataclass(frozen=True)
class Space:
    """Keys and what each of them may be."""

    axes: Mapping[str, Axis]

    def edges(self, values: Mapping[str, str]) -> dict[str, Edge]:
        """Return the keys whose value lies at an end of its range, so that a better one may lie beyond.

        Args:
            values: key -> text, of some keys.
        """
        ends = {key: _edge(axis, values[key]) for key, axis in self.axes.items() if key in values}
        return {key: end for key, end in ends.items() if end is not None}


def _edge(axis: Axis, text: str) -> Edge | None:
    if isinstance(axis, Choice):
        return None
    place = axis.place(text)
    return "low" if place < _NEAR else "high" if place > 1 - _NEAR else None


_FUNCTION = re.compile(r"(\w+)\((.*)\)", re.DOTALL)
_RANGES: Mapping[str, type[Range]] = {"log": Log, "uniform": Uniform, "int": Int}
_OTHER_WORDS = {
    **dict.fromkeys(("loguniform", "log_uniform", "logspace", "geometric", "logarithmic"), "log"),
    **dict.fromkeys(("float", "linear", "linspace", "quniform", "unif"), "uniform"),
    **dict.fromkeys(("integer", "randint", "int_uniform", "quantized"), "int"),
}
"""What other tools call a range -> our name."""
LISTS = ("choice", "range", "glob", "shuffle", "sort")
"""Functions of Hydra that stand for a list of values."""


def is_range(word: str) -> bool:
    """Tell whether a word gives a key one of our ranges, or what is meant to be one.

    `int(3)` and `float(3)` are Hydra's: they make a number of a text.
    """
    if (found := _FUNCTION.fullmatch(_value(word))) is None or found[1] in LISTS:
        return False
    return found[1] in ("log", "uniform") or ("," in found[2] and found[1] in (*_RANGES, *_OTHER_WORDS))


def read_range(word: str) -> tuple[str, Range]:
    """Return the key and the range of a word such as `optimizer.lr=log(1e-4,1)`.

    Raises:
        ConfigError: it is none, or its ends are wrong.
    """
    key, value = key_of(word), _value(word)
    if (found := _FUNCTION.fullmatch(value)) is None:
        raise ConfigError(f"{key}: is no range, got {brief(value, str)}. Write {EXAMPLE}.")
    name, ends = found[1], [text.strip() for text in found[2].split(",")]
    if name not in _RANGES:
        raise ConfigError(_unknown(key, name, found[2]))
    if len(ends) != 2 or not all(ends):
        raise ConfigError(f"{key}: {name} takes two ends, got {brief(value, str)}. Write {_written(key, name)}.")
    return key, _range(key, name, ends)


def read_list(word: str) -> tuple[str, Choice]:
    """Return the key and the values of a word such as `optimizer=sgd,adam`; a comma in brackets parts nothing.

    Raises:
        ConfigError: there is one value only.
    """
    key, values = key_of(word), tuple(filter(None, (text.strip() for text in _parted(_value(word)))))
    if len(values) < 2:
        raise ConfigError(f"{key}: has one value, got {brief(_value(word), str)}. List several, or write {EXAMPLE}.")
    return key, Choice(values)


def read_space(words: Iterable[str]) -> Space:
    """Return the space that words make: ranges and lists, a word a key.

    Raises:
        ConfigError: with a line for every word that is wrong.
    """
    axes: dict[str, Axis] = {}
    problems: list[str] = []
    for word in words:
        try:
            key, axis = read_range(word) if _FUNCTION.fullmatch(_value(word)) else read_list(word)
        except ConfigError as error:
            problems += error.problems
            continue
        if key in axes:
            problems.append(f"{key}: given twice: {axes[key].written} and {axis.written}. Give it once.")
        axes[key] = axis
    if problems:
        raise ConfigError(*problems)
    return Space(axes)


def _range(key: str, name: str, ends: list[str]) -> Range:
    kind = int if name == "int" else float
    try:
        low, high = map(kind, ends)
    except ValueError:
        wanted = "whole numbers" if name == "int" else "numbers"
        raise ConfigError(
            f"{key}: the ends of {name} must be {wanted}, got {brief(','.join(ends), str)}. "
            f"Write {_written(key, name)}."
        ) from None
    if not (math.isfinite(low) and math.isfinite(high)) or low >= high:
        raise ConfigError(f"{key}: the first end of {name} must be the lower one, got {','.join(ends)}.")
    if name == "log" and low <= 0:
        raise ConfigError(f"{key}: the ends of log must be > 0, got {ends[0]}. uniform({','.join(ends)}) may hold it.")
    return _RANGES[name](low, high)


def _written(key: str, name: str) -> str:
    ends = {"log": "1e-4,1", "uniform": "0,0.5", "int": "1,8"}[name]
    return f"'{key}={name}({ends})'"


def _unknown(key: str, name: str, ends: str) -> str:
    other = _OTHER_WORDS.get(name)
    meant = did_you_mean(name, _RANGES) if other is None else f" Write '{key}={other}({ends})'."
    return f"{key}: unknown range '{brief(name, str)}'.{meant} Known: log(a,b), uniform(a,b), int(a,b)."


def _value(word: str) -> str:
    return word.partition("=")[2].strip().strip("'\"").strip()


def _parted(text: str) -> list[str]:
    """Part a text at its commas, but for those in brackets."""
    parts, depth = [""], 0
    for sign in text:
        depth += (sign in "([{") - (sign in ")]}")
        if sign == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += sign
    return parts
