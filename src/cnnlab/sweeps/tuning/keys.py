"""Which keys the runs of a space have: an option of a group may lack what another one has, as adam has no momentum."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

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
    """

    def __init__(self, base: Point, compose: Compose) -> None:
        self._base, self._compose = base, compose
        self._known: dict[tuple[str, ...], PlainMapping | None] = {}

    def takes(self, values: Mapping[str, str], key: str) -> bool:
        """Tell whether a run that has these values has a key too; where they do not compose, it is refused later."""
        plain = self._composed(tuple(f"{group}={value}" for group, value in values.items() if "." not in group))
        return plain is None or _has(plain, key)

    def may_take(self, key: str, space: Space) -> bool:
        """Tell whether some run of a space has a key."""
        return any(self.takes(values, key) for values in _options(key, space))

    def check(self, space: Space) -> None:
        """Look for a run of the space that has each of its keys.

        Raises:
            ConfigError: there is none for some of them; with a line for each.
        """
        problems = [problem for key in space.axes for problem in self._problems(key, space)]
        if problems:
            raise ConfigError(*problems)

    def _problems(self, key: str, space: Space) -> Sequence[str]:
        if self.may_take(key, space):
            return ()
        words = [f"{group}={value}" for group, value in next(_options(key, space)).items()]
        try:
            self._compose([*self._base.overrides, *words, f"{key}={_first(space.axes[key])}"])
        except ConfigError as error:
            return error.problems
        return ()

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
