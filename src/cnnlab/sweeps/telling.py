"""What a sweep says of its runs before they go on, and what it keeps for the end."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from cnnlab.base.errors import RunError
from cnnlab.base.printing import tell
from cnnlab.base.texts import quantity
from cnnlab.outputs.lock import disk_errors
from cnnlab.outputs.standing import DIED
from cnnlab.outputs.status import State, write_status
from cnnlab.outputs.study_folder import StudyFolder
from cnnlab.sweeps.checked import CheckedPoints


def begun_lines(name: str, num_runs: int, *, num_before: int, died: Sequence[str]) -> Iterator[str]:
    """Yield what a round takes up.

    Args:
        name: of the sweep.
        num_runs: of the round.
        num_before: of them, that are done.
        died: labels of those whose process ended without a word.
    """
    yield f"sweep    {name}: {quantity(num_runs, 'run')}{f', {num_before:,} done before' if num_before else ''}"
    for label in died:
        yield f"  died     {label}\n{'':11}{DIED} Trying again."
    if died:
        yield f"{'':11}With hydra/launcher=pool the other runs go on beside one that dies."


@contextmanager
def going_on(study: StudyFolder) -> Iterator[None]:
    """Say in a study's status.json, for those who look on, that a sweep is at it, and how that ended."""
    with disk_errors(study.path):
        write_status(study, "running")
    ended: State = "failed"
    try:
        yield
        ended = "finished"
    except KeyboardInterrupt:
        ended = "interrupted"
        raise
    finally:
        with suppress(OSError):  # a disk that is full; the sweep says so at its end
            write_status(study, ended)


def tell_refused(checked: CheckedPoints) -> None:
    """Say on standard error which points are no valid runs."""
    for line in checked.refusals():
        tell(line, file=sys.stderr, indent=2)


@contextmanager
def told_later(problems: dict[str, None]) -> Iterator[None]:
    """Keep what cannot be saved for the end: what came of the runs is shown first."""
    try:
        yield
    except RunError as error:
        problems[str(error)] = None
