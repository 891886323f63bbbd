"""A comparison of the arms that halving has left: how far every arm came, and what is not said of those that fell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cnnlab.base.texts import first_names, quantity
from cnnlab.comparison.beforehand import Beforehand
from cnnlab.comparison.judging import Answer
from cnnlab.comparison.labels import MISSING, Names, cell_names, heading, percent, short_names
from cnnlab.outputs.halving_file import Halved, HalvedArm, read_halved
from cnnlab.outputs.study_folder import StudyFolder


def halved_before(folder: StudyFolder, found: Answer, names: Names) -> Beforehand | None:
    """Return how the arms of a study were halved; None where they were not.

    Args:
        folder: of the study.
        found: of the arms that are left.
        names: of these in sentences.
    """
    halved = read_halved(folder)
    if halved is None:
        return None
    full = [arm.arm for arm in halved.arms]
    cells, short = dict(zip(full, cell_names(full))), dict(zip(full, short_names(full)))
    left = {result.arm.name: names[result.label] for result in found.results}
    header = (heading(full), "stands", *(f"after {epochs}" for epochs in halved.stages))
    ranked = sorted(halved.arms, key=_rank, reverse=True)
    return Beforehand(
        title="Halving",
        sentence=_sentence(halved),
        rows=[header, *(_row(arm, cells[arm.arm], halved) for arm in ranked)],
        notes=_notes(halved, short),
        columns=("halving_val_accuracy",),
        cells={arm.arm: {"halving_val_accuracy": _last(arm)} for arm in halved.arms if arm.arm in left},
    )


def _rank(arm: HalvedArm) -> tuple[int, float]:
    """Order arms by how far they came, then by validation at their last stage."""
    return len(arm.accuracies) + (arm.fell_after is None), _last(arm) or 0.0


def _last(arm: HalvedArm) -> float | None:
    return arm.accuracies[-1] if arm.accuracies else None


def _sentence(halved: Halved) -> str:
    sizes = [sum(len(arm.accuracies) > place for arm in halved.arms) for place in range(len(halved.stages))]
    left = sum(arm.fell_after is None for arm in halved.arms)
    steps = ", ".join(f"{size} with {quantity(num, 'epoch')}" for size, num in zip(sizes, halved.stages) if size)
    if not left:
        return f"Of {len(halved.arms)} arms none is compared, since none has a result in the last of: {steps}."
    return (
        f"Of {len(halved.arms)} arms {left} are compared: the better ones by validation went on, {steps}, at seed "
        f"{halved.seed}; those left were trained anew over seeds that no stage had."
    )


def _row(arm: HalvedArm, cell: str, halved: Halved) -> tuple[str, ...]:
    stands = "left" if arm.fell_after is None else f"fell after {quantity(arm.fell_after, 'epoch')}"
    missing = len(halved.stages) - len(arm.accuracies)
    return (cell, stands, *map(percent, arm.accuracies), *[MISSING] * missing)


def _notes(halved: Halved, names: Mapping[str, str]) -> Sequence[str]:
    """Say what is not claimed of the arms that fell."""
    fell = {num: [names[arm.arm] for arm in halved.arms if arm.fell_after == num] for num in halved.stages}
    told = [f"after {quantity(num, 'epoch')} {first_names(who)}" for num, who in fell.items() if who]
    lost = [names[arm.arm] for arm in halved.arms if None in arm.accuracies]
    found = [f"Fell {'; '.join(told)}. There is no verdict on these: one that learns slowly falls too."] if told else []
    return [*found, *([f"Without a result in a stage: {first_names(lost)}."] if lost else [])]
