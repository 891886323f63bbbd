"""halving.json: which arms of a study fell before those left were compared."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cnnlab.outputs.study_folder import StudyFolder

_FILE = "halving.json"


@dataclass(frozen=True)
class HalvedArm:
    """How far an arm came."""

    arm: str
    """As in runs.csv."""
    accuracies: Sequence[float | None] = ()
    """On validation, in [0, 1], after each stage that it was in; None where its run has no result."""
    fell_after: int | None = None
    """Epochs of the stage after which it ended; None: it is compared."""


@dataclass(frozen=True)
class Halved:
    """How all arms were halved."""

    eta: int
    """One of so many went on."""
    seed: int
    """Of all their runs."""
    stages: Sequence[int]
    """Epochs of each stage."""
    arms: Sequence[HalvedArm] = field(default_factory=tuple)


def write_halved(study: StudyFolder, halved: Halved) -> None:
    """Write how far each arm came."""
    study.write_json(_FILE, dataclasses.asdict(halved))


def read_halved(study: StudyFolder) -> Halved | None:
    """Return how the arms of a study were halved; None where they were not, or the file is damaged."""
    plain = study.read_json(_FILE)
    try:
        arms = tuple(_arm(own) for own in plain["arms"])
        return Halved(int(plain["eta"]), int(plain["seed"]), tuple(map(int, plain["stages"])), arms)
    except (KeyError, TypeError, ValueError):
        return None


def _arm(plain: Mapping[str, object]) -> HalvedArm:
    """Return an arm of the file.

    Raises:
        TypeError: it is something else.
    """
    arm = HalvedArm(**plain)  # type: ignore[arg-type]  # looked at in the next lines
    numbers = [*arm.accuracies, arm.fell_after]
    if not isinstance(arm.arm, str) or not all(number is None or isinstance(number, int | float) for number in numbers):
        raise TypeError(f"no arm: {plain}")
    return arm
