"""What a run takes. Imports no torch."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Cost:
    """What a run takes."""

    seconds: float
    num_bytes: int
    """In outputs/, when it has ended."""
    features_seconds: float = 0.0
    """Of a run by itself: what comes on top, if it is the first that needs its features, which are kept for the others.
    Among several runs: what of its seconds that has taken."""
