"""The configurations of a sweep's points: Hydra composes each choice of parts once, plain keys are set in what it made.

A grid of a thousand seeds is one composition, which takes as long as loading all that follows from it. What is set here
is set exactly as Hydra would; wherever that cannot be told from the words alone, Hydra composes the point.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeGuard

from hydra.core.config_loader import ConfigLoader
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import OverrideType, ValueType
from omegaconf import DictConfig, OmegaConf

from cnnlab.base.errors import ConfigError
from cnnlab.base.schema import Plain, PlainMapping
from cnnlab.cli.composed import plain_values, typed
from cnnlab.cli.consent import check_plugins
from cnnlab.cli.hydra_errors import explained, no_name
from cnnlab.sweeps.points import key_of

_NAME = r"[a-zA-Z_]\w*(?:\.[a-zA-Z_]\w*)*"
_KEY, _REFERENCE = re.compile(_NAME, re.ASCII), re.compile(rf"\$\{{({_NAME})\}}", re.ASCII)
_HYDRA = "hydra"
"""Hydra's own part of a configuration, of which a run knows nothing."""


@dataclass(frozen=True)
class Setting:
    """A word of the command line that gives a key a value, and does nothing else."""

    key: str
    value: object

    @property
    def kind(self) -> str:
        """What Hydra looks at beside the key: it takes a list for another list, not for a mapping."""
        return f"{self.key}={'[]' if isinstance(self.value, list) else ''}"


class PointComposer:
    """Composes the points of a sweep.

    Args:
        loader: Hydra's.
        master: what all points share.
    """

    def __init__(self, loader: ConfigLoader, master: DictConfig) -> None:
        self._loader, self._master, self._typed = loader, master, typed(master.hydra)
        self._parser = OverridesParser.create()
        self._read = functools.cache(self._setting)
        self._is_group = functools.cache(lambda key: bool(loader.get_group_options(key, results_filter=None)))
        self._composed: dict[tuple[str, ...], PlainMapping | None] = {}

    def compose(self, overrides: Sequence[str]) -> Plain:
        """Return the configuration of a point, in plain values; parts of it belong to other points too.

        Args:
            overrides: of the point.

        Raises:
            ConfigError: they do not compose, or bring plugins that no one typed.
        """
        settings = [self._read(text) for text in overrides]
        pattern = tuple(text if own is None else own.kind for text, own in zip(overrides, settings))
        known = self._composed.get(pattern)
        if known is None:
            plain = self._by_hydra(overrides, pattern, {own.key for own in settings if own is not None})
        else:
            plain = dict(known)
            for own in filter(None, settings):
                plain = _with(plain, own.key, own.value)
        check_plugins(plain, self._typed)
        return plain

    def run(self, overrides: Sequence[str]) -> tuple[Plain, list[str]]:
        """Return the configuration of a point, and those of its overrides that are of the run, as `typed` does."""
        hydra = (f"{_HYDRA}.", f"{_HYDRA}/")
        return self.compose(overrides), [text for text in overrides if not key_of(text).startswith(hydra)]

    def _by_hydra(self, overrides: Sequence[str], pattern: tuple[str, ...], keys: Collection[str]) -> Plain:
        """Have Hydra compose a point; keep what it made for those that differ in the values of these keys alone."""
        try:
            with explained():
                config = self._loader.load_sweep_config(self._master, list(overrides))
                plain = plain_values(config)
        except ConfigError as error:
            nameless = [text for text in overrides if text.endswith("=null") and self._is_group(key_of(text))]
            raise (ConfigError(*map(no_name, nameless)) if nameless else error) from None
        if pattern not in self._composed:
            self._composed[pattern] = plain if _can_be_set(config, keys) else None
        return plain

    def _setting(self, text: str) -> Setting | None:
        """Return what a word sets; None where it chooses a part, or Hydra has to see it for another reason."""
        try:
            override = self._parser.parse_override(text)
        except Exception:  # of Hydra, or of any kind where a word is nested too deep
            return None  # Hydra says so when it composes
        key, value = override.key_or_group, override.value()
        is_change = override.type is OverrideType.CHANGE and override.package is None
        is_value = override.value_type is ValueType.ELEMENT and _is_final(value)
        is_own = bool(_KEY.fullmatch(key)) and key.partition(".")[0] != _HYDRA and not self._is_group(key)
        return Setting(key, value) if is_change and is_value and is_own else None


def _is_final(value: object) -> bool:
    """Tell whether Hydra takes a value as it is: a mapping it merges, a reference it follows, `???` it misses."""
    if isinstance(value, list):
        return all(map(_is_final, value))
    if isinstance(value, str):
        return "${" not in value and value != "???"
    return value is None or isinstance(value, bool | int | float)


def _can_be_set(config: DictConfig, keys: Collection[str]) -> bool:
    """Tell whether other values of these keys change nothing else of a composed configuration."""
    written = OmegaConf.to_container(config, resolve=False)
    assert isinstance(written, dict)
    own = [text for key in written if key != _HYDRA for text in _texts(written[key])]
    if any("${" in _REFERENCE.sub("", text) for text in own):
        return False  # something is computed, from whatever
    references = {key for text in _texts(written) for key in _REFERENCE.findall(text)}
    pairs = itertools.chain(itertools.combinations(keys, 2), itertools.product(keys, references))
    return all(_is_untyped(config, key) for key in keys) and not any(_overlap(*pair) for pair in pairs)


def _texts(written: object) -> Iterator[str]:
    """Yield every text in nested values."""
    if isinstance(written, str):
        yield written
    elif isinstance(written, Mapping | list):
        for value in written.values() if isinstance(written, Mapping) else written:
            yield from _texts(value)


def _overlap(key: str, other: str) -> bool:
    """Tell whether a key is another one, or lies below it, or the other way round."""
    return f"{key}.".startswith(f"{other}.") or f"{other}.".startswith(f"{key}.")


def _is_untyped(config: DictConfig, key: str) -> bool:
    """Tell whether a key takes any value, and lies where it says, not behind a reference."""
    node: object = config
    *parents, _ = key.split(".")
    for parent in parents:
        if not _is_open(node) or OmegaConf.is_interpolation(node, parent):
            return False
        node = node[parent]
    return _is_open(node)


def _is_open(node: object) -> TypeGuard[DictConfig]:
    return isinstance(node, DictConfig) and OmegaConf.get_type(node) is dict


def _with(plain: PlainMapping, key: str, value: object) -> Plain:
    """Return a configuration with another value of a key; what lies beside it is shared."""
    first, _, rest = key.partition(".")
    return {**plain, first: _with(plain[first], rest, value) if rest else value}
