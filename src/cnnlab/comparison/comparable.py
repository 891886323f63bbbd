"""Which runs may stand beside each other: those that were validated and tested on the same images, by one schema."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

from cnnlab.base.errors import ConfigError
from cnnlab.comparison.arms import FOLD, Arm, Run
from cnnlab.config.keys import keys_of
from cnnlab.config.roles import Role


def check_same_schema(arms: Iterable[Arm]) -> None:
    """Refuse to compare runs of versions that come to other results.

    Raises:
        ConfigError: with two schemas and who has them.
    """
    known = [(arm, run.schema) for arm in arms for run in arm.runs if run.summary]
    for arm, schema in known[1:]:
        first_arm, first = known[0]
        if schema != first:
            raise ConfigError(
                f"report: runs of cnnlab versions whose results differ cannot be compared, got schema {first} "
                f"({first_arm.label}) and {schema} ({arm.label}). Train the older ones anew: their command again."
            )


def check_same_data(arms: Sequence[Arm]) -> None:
    """Refuse to compare runs whose validation or test images are not the same; of folds, those of one fold.

    Raises:
        ConfigError: with the setting in which they differ, two of its values and who has them; or an arm has two runs
            of one fold.
    """
    runs = [(arm, run) for arm in arms for run in arm.runs if run.settings]
    finished = [(arm, run) for arm, run in runs if run.is_finished]
    keys = dict.fromkeys(key for _, run in runs for key in run.settings)
    for key in sorted(filter(_is_of_evaluation, keys), key=lambda key: "." in key):
        _check_equal(key, [(arm, run.settings.get(key, "null")) for arm, run in runs])
    for fold in dict.fromkeys(run.fold for _, run in finished):
        of_fold = [(arm, run) for arm, run in finished if run.fold == fold]
        _check_equal("dataset", [(arm, f"{run.num_test} test images") for arm, run in of_fold])
    _check_equal("dataset.classes", [(arm, ", ".join(run.summary.get("classes", ()))) for arm, run in finished])
    _check_equal("dataset.root", [(arm, _files(run)) for arm, run in finished])
    _check_one_seed(arms)


def _is_of_evaluation(key: str) -> bool:
    """Tell whether a setting decides which images validate and test; a data set's own options may, all of them.

    Where a folder lies is no matter: what it holds is compared. Of folds, each has its pair in every arm.
    """
    return key.split(".")[0] == "dataset" and key not in ("dataset.root", FOLD) and key not in keys_of(Role.RESULT)


def _check_one_seed(arms: Iterable[Arm]) -> None:
    """Refuse an arm with several seeds of one fold: which of them is its pair in another arm?"""
    for arm in arms:
        seed_of: dict[str, str] = {}
        for run in arm.runs:
            if run.fold and seed_of.setdefault(run.fold, run.seed) != run.seed:
                raise ConfigError(
                    f"seed: one for all folds, got {seed_of[run.fold]} and {run.seed} of fold {run.fold} "
                    f"({arm.label}). Compare runs of one seed: cnnlab report RUN RUN..."
                )


def _files(run: Run) -> str:
    """Say which files an image folder held: the same path may hold others, and others the same."""
    content = (run.summary.get("data") or {}).get("content")
    return run.settings.get("dataset.root", "null") if content is None else f"files {content}"


def _check_equal(key: str, values: Sequence[tuple[Arm, str]]) -> None:
    for arm, value in values[1:]:
        first_arm, first = values[0]
        if value != first:
            raise ConfigError(
                f"{key}: runs on different data or splits cannot be compared, got {_short(first)} ({first_arm.label}) "
                f"and {_short(value)} ({arm.label}). Compare runs that agree: cnnlab report RUN RUN..."
            )


def _short(value: str) -> str:
    return textwrap.shorten(value, 60, placeholder=" ...")
