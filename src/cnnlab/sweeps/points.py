"""Points: what a sweep runs, in the words of the command line."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from cnnlab.base.errors import ConfigError

ARM = "arm"
"""What chooses among the named arms: `arm=sgd,adam`."""
SEED = "seed"
_WORDS = re.compile(r"[\w.+-]+(?: [\w.+-]+)*")
FOLD, FOLDS = "dataset.fold", "dataset.folds"


@dataclass(frozen=True)
class Point:
    """What it shares with all others, and what makes it differ; all of it overrides, as typed."""

    arm_name: str
    """Name of the arm, "" where arms have none."""
    arm_overrides: tuple[str, ...]
    """What the named arm stands for, without the keys that are given otherwise."""
    shared: tuple[str, ...]
    swept: tuple[str, ...]
    seed: str
    """The override of the seed, "" where it is not swept."""
    fold: str = ""
    """The override of the fold, "" where it is not swept."""

    @property
    def overrides(self) -> list[str]:
        """Everything that composes its configuration."""
        return [*self.arm_overrides, *self.shared, *self.swept, *filter(None, (self.seed, self.fold))]

    @property
    def arm(self) -> str:
        """What the point is called, whatever its seed or fold."""
        return " ".join((*([self.arm_name] if self.arm_name else []), *self.swept))

    @property
    def label(self) -> str:
        """What makes it differ from the other points, as short as possible."""
        return " ".join(filter(None, (self.arm, self.seed, self.fold.removeprefix("dataset.")))) or "the run"

    @property
    def own(self) -> str:
        """The overrides that make it differ from the other points."""
        return " ".join(filter(None, (*self.arm_overrides, *self.swept, self.seed, self.fold)))


def unseeded(point: Point, off: Sequence[str] = ()) -> Point:
    """Return the arm that a point belongs to: the point without its seed, and with what turns keys off."""
    return replace(point, seed="", shared=(*(text for text in point.shared if key_of(text) != SEED), *off))


def key_of(override: str) -> str:
    """Return the key of an override, without the signs that add or delete it."""
    return override.partition("=")[0].lstrip("+~")


def word_of_arm(name: str) -> str:
    """Return the word that chooses a named arm, as Hydra reads it: between quotes where it has more than words."""
    return f"{ARM}={name if _WORDS.fullmatch(name) else json.dumps(name, ensure_ascii=False)}"


Group = tuple[str, ...]
"""Keys of axes that go in step."""


@dataclass(frozen=True)
class Grid:
    """What a sweep is over, before it is expanded; as of `expand`."""

    arms: Mapping[str, Sequence[str]]
    axes: Mapping[str, Sequence[str]]
    shared: Sequence[str]
    given: Sequence[str]
    zips: Sequence[Group] = ()

    def points(self) -> list[Point]:
        """Return all its points.

        Raises:
            ConfigError: axes of a group differ in their number of values.
        """
        return expand(self.arms, self.axes, self.shared, self.given, zips=self.zips)


def expand(
    arms: Mapping[str, Sequence[str]], axes: Mapping[str, Sequence[str]], shared: Sequence[str], given: Sequence[str],
    *, zips: Sequence[Group] = (),
) -> list[Point]:  # fmt: skip
    """Return every arm with every combination of the swept values; seeds and folds outermost: all arms come early.

    Args:
        arms: name -> overrides; one nameless arm where there are none.
        axes: swept key -> overrides, one a value.
        shared: overrides of all points.
        given: keys that are typed or swept; they beat what an arm says of them.
        zips: groups of axes that go in step, as `zipping.read_zips` finds them.

    Raises:
        ConfigError: axes of a group differ in their number of values.
    """
    seeds, folds = axes.get(SEED, [""]), axes.get(FOLD, [""])
    others = _in_step({key: values for key, values in axes.items() if key not in (SEED, FOLD)}, zips)
    return [
        Point(
            arm,
            tuple(text for text in own if key_of(text) not in given),
            tuple(shared),
            tuple(itertools.chain.from_iterable(combination)),
            seed,
            fold,
        )
        for seed in seeds
        for fold in folds
        for combination in itertools.product(*others)
        for arm, own in arms.items()
    ]


def _in_step(axes: Mapping[str, Sequence[str]], zips: Sequence[Group]) -> list[list[tuple[str, ...]]]:
    """Return what every combination takes one of: the values of an axis, or of zipped ones those that go together.

    A group stands where the first of its axes was given.
    """
    group_of = {key: group for group in zips for key in group}
    together = dict.fromkeys(group_of.get(key_of(key), (key_of(key),)) for key in axes)
    found = [{key: values for key, values in axes.items() if key_of(key) in group} for group in together]
    if problems := [_uneven(own) for own in found if len(set(map(len, own.values()))) > 1]:
        raise ConfigError(*problems)
    return [list(zip(*own.values())) for own in found]


def _uneven(axes: Mapping[str, Sequence[str]]) -> str:
    counts = ", ".join(f"{key_of(key)} has {len(values)}" for key, values in axes.items())
    return f"zip: axes that go in step need as many values each, got: {counts}. A value may stand more than once."
