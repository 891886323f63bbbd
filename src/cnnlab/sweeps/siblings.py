"""Studies of one name, `optimizer`, `optimizer-2`, ...: what each of them asks, and which of them a sweep goes on with.

The same question with more seeds or arms stays in its study. Whatever would take rows off a comparison that is there
gets a sibling: another question, other arms, fewer seeds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from cnnlab.base.errors import ConfigError, RunError
from cnnlab.base.texts import first_names
from cnnlab.config.keys import without
from cnnlab.config.roles import NOT_IDENTITY
from cnnlab.config.run_config import RunConfig, to_plain, with_whole_paths
from cnnlab.outputs.settings import settings
from cnnlab.outputs.study_folder import Asked, GridRow, StudyFolder
from cnnlab.sweeps.checked import Compose, configured
from cnnlab.sweeps.points import FOLD, SEED, Point, key_of

_ARM = "arm"
"""Stands for the keys in which named arms differ."""
_TOLD = 2  # settings that a message names


def asked_by(points: Sequence[Point], configs: Sequence[RunConfig]) -> Asked:
    """Return what a grid asks.

    Args:
        points: all of them.
        configs: of those that are valid runs.
    """
    swept = {key_of(text) for point in points for text in point.swept} | {_ARM for point in points if point.arm_name}
    common = _settings(configs[0]) if configs else {}
    for config in configs[1:]:  # one after the other: settings of ten thousand runs fill 100 MB
        own = _settings(config)
        common = {key: text for key, text in common.items() if own.get(key) == text}
    return Asked(tuple(sorted(swept)), common)


def asked_by_arms(arms: Sequence[Point], compose: Compose) -> Asked:
    """Return what arms ask that have no seed yet; those that are no valid runs have no say."""
    configs = []
    for point in arms:
        try:
            configs.append(configured(point, compose))
        except ConfigError:
            continue  # it is refused when it is its turn
    return asked_by(arms, configs)


def _settings(config: RunConfig) -> dict[str, str]:
    own = settings(without(to_plain(with_whole_paths(config)), *NOT_IDENTITY))
    return {key: text for key, text in own.items() if key not in (SEED, FOLD)}


def siblings(name: str) -> list[StudyFolder]:
    """Return the studies of a name, in the order in which they were begun.

    Raises:
        ConfigError: the name cannot be a folder's.
    """
    first = StudyFolder.named(name)
    places = {1: first.path}
    for path in first.path.parent.glob("*"):
        if found := re.fullmatch(rf"{re.escape(name)}-([1-9]\d*)", path.name):
            places[int(found[1])] = path
    return [StudyFolder(places[number]) for number in sorted(places) if _is_begun(places[number])]


def same_question(name: str, asked: Asked) -> list[StudyFolder]:
    """Return the studies of a name that ask this, whatever their seeds and arms."""
    return [study for study in siblings(name) if _asks(study, asked)]


def study_of_runs(name: str, asked: Asked, run_ids: Collection[str]) -> StudyFolder:
    """Return the study that runs belong to: all that it holds are among them; else a new sibling."""

    def fits(rows: Sequence[GridRow]) -> bool:
        return {row.run_id for row in rows} - {""} <= set(run_ids)

    return _own(name, asked, fits)


def study_of_question(name: str, asked: Asked) -> StudyFolder:
    """Return the study that asks this, whatever its runs are: they follow from each other; else a new one."""
    return _own(name, asked, lambda _: True)


def study_of_arms(name: str, asked: Asked, arms: Collection[str]) -> StudyFolder:
    """Return the study that arms belong to, whose seeds are not known yet: it holds some of them; else a new one."""

    def fits(rows: Sequence[GridRow]) -> bool:
        return not rows or any(row.arm in arms for row in rows)

    return _own(name, asked, fits)


def _own(name: str, asked: Asked, fits: Callable[[Sequence[GridRow]], bool]) -> StudyFolder:
    found = [study for study in same_question(name, asked) if fits(rows_of(study))]
    return max(found, key=lambda study: len(rows_of(study)), default=None) or _free(name)


def _free(name: str) -> StudyFolder:
    study, number = StudyFolder.named(name), 1
    while _is_begun(study.path):
        number += 1
        study = StudyFolder.named(f"{name}-{number}")
    return study


def _is_begun(path: Path) -> bool:
    return (path / "runs.csv").is_file()


def _asks(study: StudyFolder, asked: Asked) -> bool:
    """Tell whether a study asks this; of one that does not say what it asks, its runs decide."""
    before = study.read_study().asked
    return before is None or before.is_same(asked)


def rows_of(study: StudyFolder) -> list[GridRow]:
    """Return the grid of a study; none where there is none yet."""
    try:
        return study.read_grid()
    except RunError:
        return []  # damaged; the sweep writes it anew


def kept_apart(name: str, study: StudyFolder, asked: Asked) -> str | None:
    """Return why a study that is about to be begun is not called as its sweep; None where it is, or was begun."""
    if study.path.name == name or _is_begun(study.path):
        return None
    first = StudyFolder.named(name)
    before = first.read_study().asked
    why = "other runs" if before is None else _difference(before, asked)
    return f"{first.path} holds another sweep ({why}), which is kept. This one is {study.path.name}."


def _difference(before: Asked, asked: Asked) -> str:
    if before.swept != asked.swept:
        return f"over {', '.join(before.swept) or 'seeds'}"
    told = [f"{key} {before.common[key]}, here {asked.common[key]}" for key in before.differing(asked)]
    return first_names(told, _TOLD, separator="; ") or "other runs"
