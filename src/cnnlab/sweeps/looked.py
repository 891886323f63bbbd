"""What a study has been looked at before: seeds that are added after a look make its error larger than it says."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Sequence

from cnnlab.base.errors import RunError
from cnnlab.outputs.files import runs_dir
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.standing import standing
from cnnlab.outputs.study_folder import GridRow, SeedPlan, StudyFolder


def seen_before(studies: Sequence[StudyFolder], run_ids: Collection[str]) -> tuple[tuple[int, ...], int]:
    """Return the numbers of seeds at which runs were looked at, and up to which seed, itself left out.

    Args:
        studies: with fixed numbers of seeds, as the sweeps before have left them.
        run_ids: of this sweep; a study that shares none of them has shown nothing of it.
    """
    shown = [study.read_study() for study in studies if _shares(study, run_ids)]
    looks = {look for study in shown for look in study.looked_at}
    return tuple(sorted(looks)), max((study.seeds_seen for study in shown), default=0)


def plan_after_looks(
    plan: SeedPlan, folder: StudyFolder, *, run_ids: Collection[str], arms: Sequence[str], margin: float | None
) -> SeedPlan:
    """Return a plan that knows whether it is another one than was declared before the first look."""
    before = folder.read_study()
    if before.plan is None or not _shares(folder, run_ids):
        return plan
    rows = _grid(folder)
    is_same = before.plan.looks == plan.looks and before.margin == margin
    is_same = is_same and {row.arm for row in rows} == set(arms)
    has_looked = _num_complete(rows) >= before.plan.looks[0]
    return dataclasses.replace(plan, is_changed=before.plan.is_changed or (has_looked and not is_same))


def fresh_plan(fixed: Sequence[StudyFolder], decided: StudyFolder, looks: tuple[int, ...]) -> SeedPlan:
    """Return the plan of a study that adds seeds: those of its own, or fresh ones.

    Args:
        fixed: studies with a fixed number of seeds that ask the same; seeds over which they were looked at are used
            no more.
        decided: folder of the study that adds seeds, which may have been begun.
        looks: at which it is looked.
    """
    if (begun := decided.read_study().plan) is not None:
        return SeedPlan(looks, begun.first_seed, begun.after)
    seen, after = max(((study.read_study().seeds_seen, study.path.name) for study in fixed), default=(0, ""))
    return SeedPlan(looks, first_seed=seen, after=after) if seen else SeedPlan(looks)


def _grid(folder: StudyFolder) -> list[GridRow]:
    try:
        return folder.read_grid()
    except RunError:
        return []


def _shares(folder: StudyFolder, run_ids: Collection[str]) -> bool:
    return any(row.run_id in run_ids for row in _grid(folder))


def _num_complete(rows: Sequence[GridRow]) -> int:
    """Return the number of seeds of which every run is finished."""
    of_seed: dict[str, list[str]] = {}
    for row in rows:
        of_seed.setdefault(row.seed, []).append(row.run_id)
    return sum(all(_is_finished(run_id) for run_id in ids) for ids in of_seed.values())


def _is_finished(run_id: str) -> bool:
    return bool(run_id) and standing(RunFolder(runs_dir() / run_id)) == "finished"
