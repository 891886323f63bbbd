"""fair.json and untuned.csv: how arms of a study were tuned before they were compared, and what they were."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cnnlab.base.errors import RunError
from cnnlab.outputs.study_folder import GridRow, StudyFolder

_FILE, _UNTUNED = "fair.json", "untuned.csv"


@dataclass(frozen=True)
class TunedArm:
    """How an arm was tuned."""

    arm: str
    """As in runs.csv."""
    values: Mapping[str, str] = field(default_factory=dict)
    """What was chosen, key by key; empty where it was not tuned, or no trial has a result."""
    edges: Mapping[str, str] = field(default_factory=dict)
    """Those that lie at an end of their range: key -> the range as typed."""
    without: Sequence[str] = ()
    """Keys of the space that it does not have."""
    ended: Mapping[str, int] = field(default_factory=dict)
    """How its trials ended -> how many of them."""
    epochs: int | None = None
    """Of a trial; None: not known."""
    val_accuracy: float | None = None
    """Of the trial that was chosen, in [0, 1]; None where there is none."""

    @property
    def is_tuned(self) -> bool:
        """Whether it has trials."""
        return bool(self.ended)


@dataclass(frozen=True)
class FairTuning:
    """How all arms were tuned."""

    space: Sequence[str]
    """What was searched, as typed."""
    trials: int
    """Of each arm."""
    sampler: str
    seed: int
    """Of the trials."""
    arms: Sequence[TunedArm] = ()


def page_of_tuning(place: int) -> str:
    """Return the page of an arm's trials in the folder of its study, by its place among the arms of `FairTuning`."""
    return f"tunings/{place + 1}.html"


def write_fair(study: StudyFolder, tuning: FairTuning, untuned: Iterable[GridRow]) -> None:
    """Write how arms were tuned, and the runs that show what they were before."""
    study.write_json(_FILE, dataclasses.asdict(tuning))
    study.write_rows(_UNTUNED, [f.name for f in dataclasses.fields(GridRow)], map(dataclasses.asdict, untuned))


def read_fair(study: StudyFolder) -> FairTuning | None:
    """Return how the arms of a study were tuned; None where they were not, or the file is damaged."""
    plain = study.read_json(_FILE)
    try:
        arms = tuple(TunedArm(**own) for own in plain["arms"])
        tuning = FairTuning(**{**plain, "arms": arms})
    except (KeyError, TypeError):
        return None
    is_right = _is_like(tuning, _KINDS) and all(_is_like(arm, _KINDS_OF_ARM) for arm in arms)
    return tuning if is_right else None


_KINDS = {"space": list, "trials": int, "sampler": str, "seed": int}
_KINDS_OF_ARM = {
    "arm": str, "values": dict, "edges": dict, "without": list, "ended": dict, "epochs": int | None,
    "val_accuracy": float | int | None,
}  # fmt: skip


def _is_like(found: object, kinds: Mapping[str, Any]) -> bool:
    return all(isinstance(getattr(found, key), kind) for key, kind in kinds.items())


def read_untuned(study: StudyFolder) -> list[GridRow]:
    """Return the runs of arms as they were before; none where there are none, or the file is damaged."""
    try:
        return [GridRow(**row) for row in study.read_rows(_UNTUNED)]
    except (RunError, TypeError, ValueError, OSError):
        return []
