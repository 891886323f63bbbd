"""Comparison: all that is said about a study, ready to be written as table, page or picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from cnnlab.comparison.arms import Arm, ReadRun, find_arm, group_runs, read_arms
from cnnlab.comparison.beforehand import Beforehand
from cnnlab.comparison.best_set import BestSet
from cnnlab.comparison.cautions import cautions, failures
from cnnlab.comparison.changes import Changes, choose_pair, find_changes
from cnnlab.comparison.comparable import check_same_data, check_same_schema
from cnnlab.comparison.conclusion import conclude
from cnnlab.comparison.factors import Effects, effects_of
from cnnlab.comparison.halved import halved_before
from cnnlab.comparison.headline import headline
from cnnlab.comparison.judging import Answer, Question, answer, question_of
from cnnlab.comparison.labels import cell_names, heading, short_names
from cnnlab.comparison.next_step import next_step
from cnnlab.comparison.reaching import Reaching, reaching_of
from cnnlab.comparison.terms import terms
from cnnlab.comparison.tuned import tuned_before
from cnnlab.comparison.verdicts import Result, best_by_validation, rank
from cnnlab.outputs.files import outputs_dir
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.settings import differing
from cnnlab.outputs.study_folder import Study, StudyFolder

OF_RUNS = "comparison"
"""Name of the study that stands for runs named one by one."""
MOST_SHOWN = 100
"""Arms that the page and the pictures show; comparison.csv has all of them."""


@dataclass(frozen=True)
class Comparison:
    """What is said about a study. Arms are in the order typed."""

    folder: StudyFolder
    study: Study
    question: Question
    answer: Answer
    chosen: Result | None
    """The arm that validation chooses."""
    names: Mapping[str, str]
    """Label of an arm -> its name in sentences and beside curves."""
    cells: Mapping[str, str]
    """Label of an arm -> its name in a table under `heading`."""
    heading: str
    differing: Sequence[str]
    """Settings in which the arms differ."""
    headline: str
    """The answer in one sentence, without statistics."""
    conclusion: Sequence[str]
    """The figures below it, in sentences."""
    effects: Effects | None
    """What a grid says of its factors; None where the arms are no grid."""
    terms: Sequence[tuple[str, str]]
    """Each term that they use, and what it means."""
    cautions: Sequence[str]
    failures: Sequence[str]
    """A line for every way in which runs ended without a result."""
    beforehand: Beforehand | None
    """What was done with the arms before; None where they are compared as they are typed."""
    next_step: str | None
    """The command to type next, and what it does."""

    @property
    def results(self) -> Sequence[Result]:
        """What may be said of each arm."""
        return self.answer.results

    @property
    def baseline(self) -> Result | None:
        """The arm that the others are compared with; None where the question is which is best."""
        return self.answer.reference if self.question.baseline is not None else None

    @property
    def best(self) -> BestSet | None:
        """The arms that may be the best; None where a baseline is asked about."""
        return self.answer.best

    @property
    def ranked(self) -> list[Result]:
        """The best by validation first."""
        return rank(self.results)

    @property
    def num_test(self) -> int | None:
        """Number of test images; of folds, of all together."""
        return next((result.arm.num_test for result in self.results if result.arm.finished), None)

    @cached_property
    def changes(self) -> Changes | None:
        """Two arms, image by image; None where fewer than two have a result. Read when it is first asked for."""
        pair = choose_pair(self.results, self.baseline)
        return None if pair is None else find_changes(*(result.arm for result in pair))

    @cached_property
    def shown(self) -> Comparison:
        """The same of the arms for which a page has room: the best by validation, and those that are spoken of."""
        ranked = self.ranked
        if len(ranked) <= MOST_SHOWN:
            return self
        pair = choose_pair(self.results, self.baseline) or ()
        only_best = self.best.alive if self.best is not None and len(self.best.alive) == 1 else ()
        spoken_of = {*only_best, *(result.label for result in (*pair, self.answer.reference))}
        wanted = spoken_of | {result.label for result in ranked[:MOST_SHOWN]}
        results = [result for result in self.results if result.label in wanted]
        return replace(self, answer=replace(self.answer, results=results))

    @property
    def part_shown(self) -> str | None:
        """How many of all arms are shown, and which; None where all are."""
        if self.shown is self:
            return None
        return f"{len(self.shown.results)} of {len(self.results):,} arms, the best by validation"

    @cached_property
    def reaching(self) -> Reaching:
        """How fast the arms reached validation accuracies. Read when it is first asked for."""
        return reaching_of([result.arm for result in self.results], self.study.goals)

    def name(self, result: Result) -> str:
        """Return an arm's name in sentences."""
        return self.names[result.label]


def compare_study(folder: StudyFolder, *, baseline: str | None = None, read: ReadRun | None = None) -> Comparison:
    """Compare the arms of a study's last sweep.

    Args:
        folder: of the study.
        baseline: name of an arm; None: what the study says, else the question is which arm is best.
        read: reads a run; None: from its files.

    Raises:
        ConfigError: there is no such baseline, or the runs are on different data or of different schemas.
        RunError: the folder is no study, or damaged.
    """
    study = folder.read_study()
    return _compare(folder, study, read_arms(folder, read=read), baseline or study.baseline, read)


def compare_runs(runs: Sequence[RunFolder], *, baseline: str | None = None) -> Comparison:
    """Compare any runs, grouped by every setting but the seed; files go to outputs/comparison.

    Raises:
        ConfigError: there is no such baseline, or the runs are on different data or of different schemas.
        RunError: a run cannot be read.
    """
    return _compare(StudyFolder(outputs_dir() / OF_RUNS), Study(OF_RUNS, ""), group_runs(runs), baseline)


def _compare(
    folder: StudyFolder, study: Study, arms: Sequence[Arm], baseline_name: str | None, read: ReadRun | None = None
) -> Comparison:
    check_same_schema(arms)
    check_same_data(arms)
    baseline = None if baseline_name is None else find_arm(arms, baseline_name)
    margin = None if study.margin is None else study.margin / 100
    question = question_of(arms, baseline, margin=margin, plan=study.plan)
    found = answer(arms, question)
    labels, full = [arm.label for arm in arms], [arm.name for arm in arms]
    names, cells = dict(zip(labels, short_names(full))), dict(zip(labels, cell_names(full)))
    tuned = tuned_before(folder, found, question, names, cells, heading=heading(full), read=read)
    before = tuned or halved_before(folder, found, names)
    return Comparison(
        folder=folder,
        study=study,
        question=question,
        answer=found,
        chosen=best_by_validation(found.results),
        names=names,
        cells=cells,
        heading=heading(full),
        differing=differing([arm.settings for arm in arms if arm.settings]),
        headline=headline(found, question, names),
        conclusion=[*([] if before is None else [before.sentence]), *conclude(found, question, names)],
        effects=effects_of(arms, question, names),
        terms=terms(found, question, names),
        cautions=cautions(found, question, study, names, chosen=() if before is None else before.chosen),
        failures=failures(arms, names),
        beforehand=before,
        next_step=next_step(found, question, study),
    )
