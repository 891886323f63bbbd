"""A study that was run again beside the shipped results: what each arm says of them."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cnnlab.base.errors import RunError
from cnnlab.comparison.arms import Arm, Run
from cnnlab.comparison.labels import MISSING, cell_names, percent, plus_minus
from cnnlab.comparison.statistics import Estimate, Spread, estimate_difference

IDENTICAL, COMPATIBLE, DIFFERENT, UNKNOWN = "identical", "compatible", "different", "too few seeds"
VERDICTS = (IDENTICAL, COMPATIBLE, DIFFERENT, UNKNOWN)
COLUMNS = ("arm", "seed", "run_id", "test_accuracy")
_COMMENT = "#"


@dataclass(frozen=True)
class Reference:
    """The shipped results of a study."""

    about: Sequence[str]
    """When, where and how they were made, in lines."""
    accuracies: Mapping[str, Mapping[str, float]]
    """Arm -> seed -> test accuracy in [0, 1]."""
    run_ids: frozenset[str]

    @property
    def seeds(self) -> list[str]:
        """All seeds, as they stand in the file."""
        return list(dict.fromkeys(seed for runs in self.accuracies.values() for seed in runs))


@dataclass(frozen=True)
class Reproduced:
    """What one arm says of its reference."""

    arm: str
    verdict: str
    """One of IDENTICAL, COMPATIBLE, DIFFERENT and UNKNOWN."""
    before: float
    """Mean of the reference over the seeds that both have; over all of it, where there are none."""
    difference: Estimate | None
    """Test accuracy now less that of the reference, seed by seed; None where no seed has both."""


def read_reference(path: Path) -> Reference:
    """Read shipped results.

    Raises:
        RunError: the file is damaged.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        rows = list(csv.DictReader(line for line in lines if not line.startswith(_COMMENT)))
        if not rows:
            raise ValueError("no rows")
        accuracies: dict[str, dict[str, float]] = {}
        for row in rows:
            accuracies.setdefault(row["arm"], {})[row["seed"]] = float(row["test_accuracy"])
        about = [line.removeprefix(_COMMENT).strip() for line in lines if line.startswith(_COMMENT)]
        return Reference(about, accuracies, frozenset(row["run_id"] for row in rows))
    except (OSError, UnicodeDecodeError, KeyError, TypeError, ValueError) as error:
        raise RunError(f"{path}: cannot be read as results of a study ({error}). Reinstall cnnlab.") from error


def write_reference(path: Path, arms: Iterable[Arm], about: Sequence[str]) -> None:
    """Write the finished runs of a study as results to be shipped."""
    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines(f"{_COMMENT} {line}\n" for line in about)
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for arm in arms:
            for run in arm.finished:
                assert run.folder is not None
                writer.writerow([arm.name, run.seed, run.folder.run_id, run.accuracy("test")])


def reproduced(arms: Sequence[Arm], reference: Reference) -> list[Reproduced]:
    """Say of every arm of the reference whether the runs of today agree with it.

    identical: each seed has the same test accuracy. compatible: the interval of the mean difference, seed by seed,
    holds 0; the intervals of all arms hold together (Bonferroni). One seed alone can only be identical.

    Args:
        arms: of the study as it was run now.
        reference: what is shipped.
    """
    now = {arm.name: {run.seed: run for run in arm.finished} for arm in arms}
    share = 1 / max(1, len(reference.accuracies))
    return [_judged(name, before, now.get(name, {}), share=share) for name, before in reference.accuracies.items()]


def _judged(name: str, before: Mapping[str, float], now: Mapping[str, Run], *, share: float) -> Reproduced:
    pairs = [(accuracy, now[seed]) for seed, accuracy in before.items() if seed in now]
    differences = [(run.accuracy("test") or 0.0) - accuracy for accuracy, run in pairs]
    if not differences:
        return Reproduced(name, UNKNOWN, sum(before.values()) / len(before), None)
    mean = sum(accuracy for accuracy, _ in pairs) / len(pairs)
    floor = 1 / min(run.num_test or 1 for _, run in pairs)
    difference = estimate_difference(differences, Spread(floor), share=share)
    return Reproduced(name, _verdict(differences, difference), mean, difference)


def _verdict(differences: Sequence[float], difference: Estimate) -> str:
    if not any(differences):
        return IDENTICAL
    if difference.low is None or difference.high is None:
        return UNKNOWN
    return COMPATIBLE if difference.low <= 0 <= difference.high else DIFFERENT


def reproduction_lines(results: Sequence[Reproduced], reference: Reference, arms: Sequence[Arm]) -> list[str]:
    """Lay the verdicts out for a terminal: a row per arm, a sentence, and where the reference comes from."""
    names = cell_names([result.arm for result in results])
    width = max(len("arm"), *map(len, names))
    rows = [f"{'arm':{width}}  {'then':>7}  {'now':>7}  {'difference':>16}  verdict"]
    for name, result in zip(names, results):
        now = None if result.difference is None else result.before + result.difference.mean
        shown = MISSING if result.difference is None else plus_minus(result.difference, signed=True)
        row = f"{name:{width}}  {percent(result.before):>7}  {percent(now):>7}  {shown:>16}  {result.verdict}"
        rows.append(row.rstrip())
    counts = {verdict: sum(result.verdict == verdict for result in results) for verdict in VERDICTS}
    told = ", ".join(f"{count} {verdict}" for verdict, count in counts.items() if count)
    ids = {run.folder.run_id for arm in arms for run in arm.finished if run.folder is not None}
    lines = [*rows, "", f"{told}.", *(f"reference: {line}" for line in reference.about)]
    if not ids & reference.run_ids:
        lines.append("None of the runs has an id of the reference: data, settings or schema differ.")
    return lines
