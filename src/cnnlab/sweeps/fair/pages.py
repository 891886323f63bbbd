"""The pages of a fair comparison beside its own: how each arm was tuned, with every trial."""

from __future__ import annotations

from collections.abc import Sequence

from cnnlab.outputs.fair_tuning import page_of_tuning
from cnnlab.outputs.study_folder import GridRow, StudyFolder
from cnnlab.sweeps.fair.arms import FairArm
from cnnlab.sweeps.points import Point, word_of_arm
from cnnlab.sweeps.tuning.importance import importances
from cnnlab.sweeps.tuning.page import write_page
from cnnlab.sweeps.tuning.tuned import Tuned, fresh_of


def write_pages(study: StudyFolder, arms: Sequence[FairArm], rows: Sequence[GridRow], *, sampler: str) -> None:
    """Write a page for each arm that has trials.

    Args:
        study: of the comparison.
        arms: all of them, in the order of fair.json.
        rows: of the runs that are compared.
        sampler: that proposed the trials.
    """
    command = study.read_study().command
    for place, arm in enumerate(arms):
        if arm.tuning is not None and arm.tuning.tried:
            fresh = fresh_of(study, [row for row in rows if row.arm == arm.point.arm])
            space, tried = arm.tuning.space, tuple(arm.tuning.tried)
            tuned = Tuned(study, command, space, sampler, tried, fresh, arm.point.arm, _chooses(arm.point))
            write_page(tuned, importances(space, tried), study.path / page_of_tuning(place))


def _chooses(point: Point) -> tuple[str, ...]:
    """Return the words that choose an arm of a study, or of a grid."""
    named = (word_of_arm(point.arm_name),) if point.arm_name else ()
    return (*named, *point.swept)
