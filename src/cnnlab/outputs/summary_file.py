"""summary.json of a run that has ended, read back: every figure that commands show is there, and is a figure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from cnnlab.base.errors import RunError
from cnnlab.base.schema import Plain
from cnnlab.outputs.run_folder import RunFolder

_NUMBERS = ("best_epoch", "parameters", "images_per_second", "seconds.train", "test.accuracy", "test.majority_accuracy")
_TEXTS = ("selected_by",)
_OF_DIVERGED = ("best_epoch", "seconds.train")


def read_summary(folder: RunFolder) -> Plain:
    """Return the summary of a run whose status says that it has ended, finished or diverged.

    Raises:
        RunError: it is missing or damaged, so that no one knows the result; the text says what to do.
    """
    path = folder.path / "summary.json"
    try:
        summary = json.loads(path.read_text(encoding="utf-8"))
        problem = next(_problems(summary), None)
    except FileNotFoundError:
        problem = "is missing"
    except (OSError, ValueError) as error:
        problem = f"cannot be read ({error})"
    if problem is not None:
        advice = "Put it back, or train the run again: its command with rerun=true."
        raise RunError(f"{path}: {problem}. The run has ended, but its result is lost. {advice}")
    return dict(summary)


def look_up(summary: object, key: str) -> object:
    """Follow a dotted key such as `test.accuracy`; None where it leads nowhere."""
    for part in key.split("."):
        summary = summary.get(part) if isinstance(summary, Mapping) else None
    return summary


def _problems(summary: object) -> Iterator[str]:
    """Yield what is wrong. Losses are not asked for: null stands for one that is not finite."""
    if look_up(summary, "status") == "diverged":
        yield from _wrong(summary, _OF_DIVERGED, (int, float), "a number")
        return
    yield from _wrong(summary, _NUMBERS, (int, float), "a number")
    yield from _wrong(summary, _TEXTS, (str,), "text")
    for split in ("train", "val"):  # null without training, without a validation split
        if look_up(summary, split) is not None:
            yield from _wrong(summary, (f"{split}.accuracy",), (int, float), "a number")


def _wrong(summary: object, keys: tuple[str, ...], kinds: tuple[type, ...], what: str) -> Iterator[str]:
    for key in keys:
        value = look_up(summary, key)
        if not isinstance(value, kinds):
            yield f"{key} must be {what}, got {value!r}"
