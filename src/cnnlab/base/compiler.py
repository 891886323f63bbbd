"""torch's compiler, which takes nearly as long to load as torch: left out where nothing is compiled."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType

_NAME = "torch._dynamo"


class _NotCompiling(ModuleType):
    """What torch's optimizers ask of the compiler where nothing is compiled: to keep its hands off them."""

    @staticmethod
    def disable(function: Callable[..., object], *_: object, **__: object) -> Callable[..., object]:
        """Return a function that is not to be compiled."""
        return function

    @staticmethod
    def graph_break() -> None:
        """End a graph, of which there is none."""

    def __getattr__(self, name: str) -> object:
        """Return whatever else is asked for: it takes the compiler itself."""
        if sys.modules.get(_NAME) is self:
            del sys.modules[_NAME]
        return getattr(importlib.import_module(_NAME), name)


@contextmanager
def without_compiler() -> Iterator[None]:
    """Spare what torch's optimizers do inside the loading of the compiler, unless it is loaded already."""
    if _NAME in sys.modules:
        yield
        return
    sys.modules[_NAME] = stand_in = _NotCompiling(_NAME)
    try:
        yield
    finally:
        if sys.modules.get(_NAME) is stand_in:
            del sys.modules[_NAME]
