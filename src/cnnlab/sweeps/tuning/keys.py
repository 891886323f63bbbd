"""Which keys the runs of a space have: an option of a group may lack what another one has, as adam has no momentum."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from cnnlab.base.errors import ConfigError
from cnnlab.base.schema import PlainMapping
from cnnlab.sweeps.checked import Compose
from cnnlab.sweeps.points import Point
from cnnlab.sweeps.tuning.space import Axis, Choice, Space


class Keys:
    """Tells which keys a run has, given what was chosen before.

    Args:
        base: what all trials share.
        compose: makes a point's configuration.
        space: all keys that are searched.
    """

    def __init__(self, base: Point, compose: Compose, space: Space) -> None:
        self._base, self._compose, self._space = base, compose, space
        self._known: dict[tuple[str, ...], PlainMapping | None] = {}

    def takes(self, values: Mapping[str, str], key: str) -> bool:
        """Tell whether a run that has these values has a key too; where they do not compose, it is refused later."""
        words = tuple(f"{group}={value}" for group, value in values.items() if "." not in group)
        if (plain := self._composed(words)) is None or _has(plain, key):
            return True
        # A group may have no option by default, as the head of a transfer: it is there once one is chosen.
        return self._composed((*words, self._example(key))) is not None

    def may_take(self, key: str) -> bool:
        """Tell whether some run of the space has a key."""
        return any(self.takes(values, key) for values in _options(key, self._space))

    def check(self, keys: Collection[str]) -> None:
        """Look for a run of the space that has each of these keys.

        Raises:
            ConfigError: there is none for some of them; with a line for each.
        """
        if problems := [problem for key in keys for problem in self._problems(key)]:
            raise ConfigError(*problems)

    def _problems(self, key: str) -> Sequence[str]:
        if self.may_take(key):
            return ()
        words = [f"{group}={value}" for group, value in next(_options(key, self._space)).items()]
        try:
            self._compose([*self._base.overrides, *words, self._example(key)])
        except ConfigError as error:
            return error.problems
        return ()

    def _example(self, key: str) -> str:
        return f"{key}={_first(self._space.axes[key])}"

    def _composed(self, words: tuple[str, ...]) -> PlainMapping | None:
        if words not in self._known:
            try:
                self._known[words] = self._compose([*self._base.overrides, *words])
            except ConfigError:
                self._known[words] = None
        return self._known[words]


def _options(key: str, space: Space) -> Iterator[Mapping[str, str]]:
    """Yield the choices of a key's own group, one that chooses nothing where it is not searched."""
    group, dot, _ = key.partition(".")
    axis = space.axes.get(group) if dot else None
    if isinstance(axis, Choice):
        yield from ({group: value} for value in axis.values)
    else:
        yield {}


def _first(axis: Axis) -> str:
    return axis.values[0] if isinstance(axis, Choice) else axis.text(axis.low)


def _has(plain: PlainMapping, key: str) -> bool:
    found: object = plain
    for part in key.split("."):
        if not isinstance(found, Mapping) or part not in found:
            return False
        found = found[part]
    return True
