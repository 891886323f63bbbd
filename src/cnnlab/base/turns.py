"""Work in turns: a generator that yields wherever other work may go on, and returns what it has come to."""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeVar

T = TypeVar("T")
Turns = Generator[None, None, T]
"""Yields between its turns, and returns its result."""


def finish(work: Turns[T]) -> T:
    """Take all turns of some work, one after the other, and return its result."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            result: T = end.value
            return result
