"""Comparison: all that is said about a study, ready to be written as table, page or picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cnnlab.comparison.arms import Arm, check_same_data, check_same_schema, find_arm, group_runs, read_arms
from cnnlab.comparison.cautions import advice_for_one_seed, cautions, failures
from cnnlab.comparison.conclusion import conclude
from cnnlab.comparison.labels import cell_names, heading, short_names
from cnnlab.comparison.verdicts import Result, best_by_validation, compare, rank
from cnnlab.outputs.files import OUTPUTS
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.settings import differing
from cnnlab.outputs.study_folder import Study, StudyFolder

OF_RUNS = "comparison"
"""Name of the study that stands for runs named one by one."""


@dataclass(frozen=True)
class Comparison:
    """What is said about a study. Arms are in the order typed."""

    folder: StudyFolder
    study: Study
    results: Sequence[Result]
    baseline: Result
    best: Result | None
    """The arm that validation chooses."""
    names: Mapping[str, str]
    """Label of an arm -> its name in sentences and beside curves."""
    cells: Mapping[str, str]
    """Label of an arm -> its name in a table under `heading`."""
    heading: str
    differing: Sequence[str]
    """Settings in which the arms differ."""
    conclusion: Sequence[str]
    """Sentences, the verdict first."""
    cautions: Sequence[str]
    failures: Sequence[str]
    """A line for every way in which runs ended without a result."""
    advice: str | None
    """Where there is one seed: the command that adds some, with its estimated time."""

    @property
    def ranked(self) -> list[Result]:
        """The best by validation first."""
        return rank(self.results)

    @property
    def num_test(self) -> int | None:
        """Number of test images."""
        return next((run.num_test for result in self.results for run in result.arm.finished), None)

    def name(self, result: Result) -> str:
        """Return an arm's name in sentences."""
        return self.names[result.label]


def compare_study(folder: StudyFolder, *, baseline: str | None = None) -> Comparison:
    """Compare the arms of a study's last sweep.

    Args:
        folder: of the study.
        baseline: name of an arm; None: what the study says, else the first arm.

    Raises:
        ConfigError: there is no such baseline, or the runs are on different data or of different schemas.
        RunError: the folder is no study, or damaged.
    """
    study = folder.read_study()
    return _compare(folder, study, read_arms(folder), baseline or study.baseline)


def compare_runs(runs: Sequence[RunFolder], *, baseline: str | None = None) -> Comparison:
    """Compare any runs, grouped by every setting but the seed; files go to outputs/comparison.

    Raises:
        ConfigError: there is no such baseline, or the runs are on different data or of different schemas.
        RunError: a run cannot be read.
    """
    return _compare(StudyFolder(OUTPUTS / OF_RUNS), Study(OF_RUNS, ""), group_runs(runs), baseline)


def _compare(folder: StudyFolder, study: Study, arms: Sequence[Arm], baseline_name: str | None) -> Comparison:
    check_same_schema(arms)
    check_same_data(arms)
    baseline_arm = find_arm(arms, baseline_name)
    results = compare(arms, baseline_arm)
    baseline = next(result for result in results if result.arm is baseline_arm)
    best = best_by_validation(results)
    labels, full = [arm.label for arm in arms], [arm.name for arm in arms]
    names = dict(zip(labels, short_names(full)))
    num_test = next((run.num_test for arm in arms for run in arm.finished), None)
    return Comparison(
        folder=folder,
        study=study,
        results=results,
        baseline=baseline,
        best=best,
        names=names,
        cells=dict(zip(labels, cell_names(full))),
        heading=heading(full),
        differing=differing([arm.settings for arm in arms if arm.settings]),
        conclusion=conclude(results, baseline=baseline, best=best, num_test=num_test, names=names),
        cautions=cautions(results, baseline, names),
        failures=failures(arms, names),
        advice=advice_for_one_seed(results, study.command),
    )
