"""The test images that one run got wrong with the greatest confidence, as the page shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cnnlab.base.errors import RunError
from cnnlab.base.texts import quantity
from cnnlab.comparison.arms import Run
from cnnlab.comparison.comparing import Comparison
from cnnlab.comparison.verdicts import Result
from cnnlab.outputs.run_files import Predictions, RunFiles
from cnnlab.webpage.pictures import picture_of

MOST = 12
"""Images on a page."""


@dataclass(frozen=True)
class Mistake:
    """An image, what it is, and what it was taken for."""

    picture: str | None
    """A data URI."""
    is_pixelated: bool
    target: str
    predicted: str


@dataclass(frozen=True)
class MistakesSection:
    """Mistakes of one run."""

    said: str
    """Whose they are, and how many there are."""
    images: Sequence[Mistake]


def mistakes_section(comparison: Comparison, result: Result | None) -> MistakesSection | None:
    """Return the mistakes of an arm's first run; None where it kept none.

    Args:
        comparison: what is to be said.
        result: of the arm; None: of the first one by validation.
    """
    result = result or comparison.ranked[0]
    if not result.arm.finished:
        return None
    run = result.arm.finished[0]
    try:
        return _section(comparison, result, run)
    except RunError as damage:  # the comparison stands without them
        return MistakesSection(f"Left out here: {damage}", ())


def _section(comparison: Comparison, result: Result, run: Run) -> MistakesSection | None:
    assert run.folder is not None  # it is finished
    files = RunFiles(run.folder.path)
    kept, answers = files.mistakes, files.predictions
    if kept is None or answers is None:
        return None
    rows = {index: row for row, index in enumerate(answers.index.tolist())}
    shown = [
        Mistake(*picture_of(image), *_names(answers, rows[index], files.classes))
        for index, image in zip(kept.index.tolist()[:MOST], kept.images)
        if index in rows
    ]
    num_wrong = int((answers.targets != answers.predicted).sum())
    most = f"the {len(shown)} of which it was surest" if len(shown) < num_wrong else "the surest first"
    noun = comparison.question.repeats.noun
    of_run = f"{comparison.name(result)} with {noun} {run.unit}"
    counted = f"{quantity(num_wrong, 'test image')} of {len(rows):,}"
    return MistakesSection(f"{of_run} gets {counted} wrong; here {most}.", shown)


def _names(answers: Predictions, row: int, classes: Sequence[str]) -> tuple[str, str]:
    return classes[answers.targets[row]], classes[answers.predicted[row]]
