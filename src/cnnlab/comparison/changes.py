"""What changes between two arms: the test images that one of them gets right and the other does not."""

from __future__ import annotations

import csv
import operator
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from cnnlab.base.errors import RunError
from cnnlab.base.schema import Plain
from cnnlab.comparison.arms import Arm, Run
from cnnlab.comparison.labels import capitalised, p_text
from cnnlab.comparison.verdicts import Result
from cnnlab.outputs.files import read_table
from cnnlab.outputs.study_folder import StudyFolder

COLUMNS = (
    "seed", "fold", "index", "file", "target", "change", "reference", "reference_predicted", "arm", "arm_predicted",
)  # fmt: skip
"""Of changes.csv."""


@dataclass(frozen=True)
class Change:
    """A test image on which exactly one of two runs is right."""

    index: int
    """Position in the test split."""
    file: str | None
    """None where the images are no files."""
    target: str
    """The true class."""
    before: str
    """What the reference says."""
    after: str
    """What the other arm says."""


@dataclass(frozen=True)
class SeedChanges:
    """The answers of two runs with the same seed, or of the same fold, on the same test images."""

    unit: str
    """Seed, or fold."""
    before: Run
    after: Run
    fixed: Sequence[Change]
    """The reference is wrong, the other arm right."""
    broken: Sequence[Change]
    """The other way round."""
    both_right: int
    both_wrong: int

    @property
    def which(self) -> str:
        """Name the pair of runs: `seed 0`, `fold 2`."""
        return _which(self.before)

    @cached_property
    def p(self) -> float:
        """Of McNemar's exact test."""
        return mcnemar_p(len(self.fixed), len(self.broken))


@dataclass(frozen=True)
class Changes:
    """Two arms, image by image, over the seeds that both finished."""

    reference: Arm
    arm: Arm
    seeds: Sequence[SeedChanges]
    notes: Sequence[str]
    """Why seeds are left out; a sentence each."""


def mcnemar_p(fixed: int, broken: int) -> float:
    """Return the two-sided p of McNemar's exact test: whether two networks err equally often on the same images.

    Of the n = fixed + broken images that exactly one of them gets right, either is as likely to have it as not:
    p = min(1, 2 P(X <= min(fixed, broken))), X ~ Binomial(n, 1/2)    McNemar 1947, Psychometrika 12(2)

    Returns:
        1 where there is no such image.
    """
    from scipy import special  # 0.2 s, as in `statistics`

    return min(1.0, 2 * float(special.bdtr(min(fixed, broken), fixed + broken, 0.5)))


def choose_pair(results: Sequence[Result], baseline: Result | None) -> tuple[Result, Result] | None:
    """Return the two arms to be looked at image by image: the reference, and the best other arm.

    Args:
        results: of all arms.
        baseline: is the reference; None: the arm with the second highest mean test accuracy is.

    Returns:
        None where fewer than two arms have a result. Of equal arms the first typed goes before; arms with runs that
        diverged come last.
    """
    tested = [result for result in results if result.test is not None]
    ranked = sorted(tested, key=_by_test)
    others = [result for result in ranked if result is not baseline]
    if baseline is not None:
        return (baseline, others[0]) if baseline in tested and others else None
    return (others[1], others[0]) if len(others) > 1 else None


def _by_test(result: Result) -> tuple[bool, float]:
    return result.arm.count("diverged") > 0, 0.0 if result.test is None else -round(result.test.mean, 9)


def _which(run: Run) -> str:
    return f"fold {run.fold}" if run.fold else f"seed {run.seed}"


def find_changes(reference: Arm, arm: Arm) -> Changes:
    """Read predictions.csv of both arms' runs, and hold them against each other seed by seed."""
    theirs = {run.unit: run for run in arm.finished}
    pairs = [(run, theirs[run.unit]) for run in reference.finished if run.unit in theirs]
    seeds, notes = [], []
    for before, after in pairs:
        try:
            seeds.append(_compare(before, after))
        except RunError as error:
            notes.append(f"{capitalised(_which(before))} is left out: {error}")
    return Changes(reference, arm, seeds, notes)


@dataclass(frozen=True)
class _Answers:
    """What a run said of the test images, one after the other."""

    index: Sequence[int]
    """Positions in the test split."""
    targets: Sequence[str]
    predicted: Sequence[str]
    files: Sequence[str] | None


def _compare(before: Run, after: Run) -> SeedChanges:
    """Hold the answers of two runs against each other.

    Raises:
        RunError: predictions are not there, are damaged, or are of other images than those of the other run.
    """
    ours, theirs = _read(before), _read(after)
    if (ours.index, ours.targets) != (theirs.index, theirs.targets):
        raise RunError("the predictions of the two runs are of different images.")
    fixed: list[Change] = []
    broken: list[Change] = []
    for place, (old, new) in enumerate(zip(ours.predicted, theirs.predicted)):
        target = ours.targets[place]
        if old != new and target in (old, new):
            file = None if ours.files is None else ours.files[place]
            (fixed if new == target else broken).append(Change(ours.index[place], file, target, old, new))
    both_right = sum(map(operator.eq, ours.predicted, ours.targets)) - len(broken)
    both_wrong = len(ours.index) - both_right - len(fixed) - len(broken)
    return SeedChanges(before.unit, before, after, fixed, broken, both_right, both_wrong)


def _read(run: Run) -> _Answers:
    """Read predictions.csv, of which only a few columns are looked at.

    Raises:
        RunError: it is not there, or damaged.
    """
    assert run.folder is not None  # it is finished
    path = run.folder.predictions
    try:
        table = read_table(path, only=("index", "target", "predicted", "file"))
        index = list(map(int, table.column("index")))
        files = table.column("file") if "file" in table.header else None
        return _Answers(index, table.column("target"), table.column("predicted"), files)
    except FileNotFoundError:
        raise RunError(f"{path} is not there.") from None
    except (OSError, ValueError, csv.Error) as error:
        raise RunError(f"{path} cannot be read, {str(error).removesuffix('.')}.") from error


def write_changes(folder: StudyFolder, changes: Changes | None) -> None:
    """Write changes.csv: a row for each image and seed. Without two arms there is none."""
    if changes is None:
        (folder.path / "changes.csv").unlink(missing_ok=True)
    else:
        folder.write_rows("changes.csv", COLUMNS, _csv_rows(changes))


def _csv_rows(changes: Changes) -> Iterator[Plain]:
    for seed in changes.seeds:
        for kind, images in (("fixed", seed.fixed), ("broken", seed.broken)):
            for each in images:
                names = (changes.reference.name, each.before, changes.arm.name, each.after)
                image = (each.index, each.file, each.target, kind)
                yield dict(zip(COLUMNS, (seed.before.seed, seed.before.fold, *image, *names)))


def in_words(seed: SeedChanges, *, reference: str, arm: str) -> str:
    """Say what changes with one seed, and what that does not tell.

    Args:
        seed: what changes.
        reference: name of the arm.
        arm: likewise.
    """
    fixed, broken = len(seed.fixed), len(seed.broken)
    if not fixed + broken:
        return f"{arm} and {reference} are right on the same images, and wrong on the same ({seed.which})."
    return (
        f"{arm} answers {_images(fixed)} right that {reference} gets wrong, and {broken or 'none'} the other way round "
        f"({seed.which}). McNemar's exact test: {p_text(seed.p)}. It tells whether these two networks differ on "
        "these images, not whether the settings do: that is the verdict above."
    )


def in_brief(seed: SeedChanges, *, reference: str, arm: str) -> str:
    """Say the same in one line of a terminal."""
    fixed, broken = len(seed.fixed), len(seed.broken)
    said = f"{arm} fixes {_images(fixed)} of {reference} and breaks {broken or 'none'}"
    return f"{seed.which}: {said} (McNemar {p_text(seed.p)}); see report.html"


def _images(count: int) -> str:
    return "1 image" if count == 1 else f"{count or 'no'} images"
