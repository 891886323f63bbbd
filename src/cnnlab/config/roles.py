"""What a key of a configuration decides: each field of `RunConfig` and `DatasetConfig` declares its role."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, TypeVar


class Role(Enum):
    """What a key decides. From it follow a run's name, its settings, and which runs can be compared."""

    RESULT = "result"
    """What a run results in."""
    EVALUATION = "evaluation"
    """Which images a run is validated and tested on, and so its result too: runs that differ in it are not compared."""
    MACHINE = "machine"
    """Where and how fast a run is carried out; result, name and arm stay the same."""
    COMMAND = "command"
    """What one command does; says nothing about the run."""
    STUDY = "study"
    """What a study says about its runs; says nothing about the single one."""


NOT_SETTINGS = (Role.COMMAND, Role.STUDY)
"""Keys that say nothing about how a run was trained."""
NOT_IDENTITY = (*NOT_SETTINGS, Role.MACHINE)
"""Keys that do not change what a run results in."""

T = TypeVar("T")
OfResult = Annotated[T, Role.RESULT]
OfEvaluation = Annotated[T, Role.EVALUATION]
OfMachine = Annotated[T, Role.MACHINE]
OfCommand = Annotated[T, Role.COMMAND]
OfStudy = Annotated[T, Role.STUDY]
