"""summary.json, written when a run has ended, and read back: every figure that commands show is there, as a figure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cnnlab.base.errors import RunError, brief
from cnnlab.base.schema import Plain, PlainMapping
from cnnlab.outputs.run_folder import RunFolder

_NUMBERS = ("best_epoch", "parameters", "images_per_second", "seconds.train", "test.accuracy", "test.majority_accuracy")
_TEXTS = ("selected_by",)
_OF_DIVERGED = ("best_epoch", "seconds.train")
_FILE = "summary.json"
_LARGEST = 1e18
"""No count and no figure of a run is larger; Python reads whole numbers of any length."""


def write_summary(folder: RunFolder, summary: PlainMapping) -> None:
    """Keep what a run has resulted in."""
    folder.write_json(_FILE, summary)


def known_summary(folder: RunFolder) -> Plain:
    """Return what can be read of a run's summary, also that of an earlier training; {} where there is none."""
    return folder.read_json(_FILE)


def parse_summary(folder: RunFolder) -> object:
    """Return what summary.json holds.

    Raises:
        OSError: it is not there.
        ValueError: it is no JSON.
    """
    return folder.parse_json(_FILE)


def read_summary(folder: RunFolder) -> Plain:
    """Return the summary of a run whose status says that it has ended, finished or diverged.

    Raises:
        RunError: it is missing or damaged, so that no one knows the result; the text says what to do.
    """
    try:
        summary = parse_summary(folder)
        problem = next(_problems(summary), None)
    except FileNotFoundError:
        problem = "is missing"
    except (OSError, ValueError) as error:
        problem = f"cannot be read ({error})"
    if problem is not None:
        advice = "Put it back, or train the run again: its command with rerun=true."
        raise RunError(f"{folder.path / _FILE}: {problem}. The run has ended, but its result is lost. {advice}")
    assert isinstance(summary, dict)
    return summary


def look_up(summary: object, key: str) -> object:
    """Follow a dotted key such as `test.accuracy`; None where it leads nowhere."""
    for part in key.split("."):
        summary = summary.get(part) if isinstance(summary, Mapping) else None
    return summary


def figure(summary: object, key: str) -> int | float | None:
    """Return what `look_up` finds if it is a figure; a damaged file may hold anything."""
    value = look_up(summary, key)
    return value if isinstance(value, int | float) and -_LARGEST < value < _LARGEST else None


def _problems(summary: object) -> Iterator[str]:
    """Yield what is wrong. Losses are not asked for: null stands for one that is not finite."""
    if look_up(summary, "status") == "diverged":
        yield from _wrong(summary, _OF_DIVERGED, (int, float), "a number")
        return
    yield from _wrong(summary, _NUMBERS, (int, float), "a number")
    yield from _wrong(summary, _TEXTS, (str,), "text")
    yield from _wrong_where_given(summary)
    for split in ("train", "val"):  # null without training, without a validation split
        if look_up(summary, split) is not None:
            yield from _wrong(summary, (f"{split}.accuracy",), (int, float), "a number")


def _wrong(summary: object, keys: tuple[str, ...], kinds: tuple[type, ...], what: str) -> Iterator[str]:
    for key in keys:
        value = look_up(summary, key)
        is_beyond = isinstance(value, int | float) and not -_LARGEST < value < _LARGEST  # or no number: NaN
        if not isinstance(value, kinds) or is_beyond:
            yield f"{key} must be {what}, got {brief(value)}"


def _wrong_where_given(summary: object) -> Iterator[str]:
    """Yield what is wrong with parts that not every run has; null stands for a figure that is not finite."""
    numbers = ("val.loss", "test.loss", "test.auc", "seconds.total", "epochs_trained", "data.train")
    given = tuple(key for key in numbers if look_up(summary, key) is not None)
    yield from _wrong(summary, given, (int, float), "a number")
    names = look_up(summary, "classes")
    if names is not None and not (isinstance(names, list) and all(isinstance(name, str) for name in names)):
        yield f"classes must be names, got {brief(names)}"
    per_class = look_up(summary, "test.per_class")
    if per_class is not None and not isinstance(per_class, dict):
        yield f"test.per_class must be figures by class, got {brief(per_class)}"
    for name, figures in per_class.items() if isinstance(per_class, dict) else ():
        support = look_up(figures, "support")
        if not isinstance(support, int) or not 0 <= support < _LARGEST:
            yield f"test.per_class.{brief(name, str)}.support must be a whole number, got {brief(support)}"
    data = look_up(summary, "data")
    if data is not None and not isinstance(data, dict):
        yield f"data must be counts, got {brief(data)}"
