"""What one run says at its end: loss and accuracy of every split, how far they can be trusted, and what to open."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass

from cnnlab.base.intervals import wilson_interval
from cnnlab.base.schema import Plain, PlainMapping
from cnnlab.base.texts import duration
from cnnlab.outputs.files import pictures_in
from cnnlab.outputs.run_folder import RunFolder

WIDTH = 80
FEW = 50
"""Validation images below which the best epoch is chosen by luck: one of them is more than two points."""
TELLING = ("curves", "confusion", "mistakes")
"""Pictures of a run, the one first that says most about it; of what is solved at once there are no curves."""
_REMARK = 35  # columns in front of a remark


@dataclass(frozen=True)
class Split:
    """What a run says of a split."""

    name: str
    loss: str
    accuracy: str
    """In per cent."""
    remark: str
    """How it was measured, and how far it can be trusted."""


def splits(summary: Plain) -> list[Split]:
    """Return what a finished run says of its splits."""
    names = {"train": "train", "val": "validation", "test": "test"}
    return [
        Split(
            name,
            _loss(summary[split].get("loss")),
            percent(summary[split]["accuracy"], _number(summary, split)),
            _remark(split, summary),
        )
        for split, name in names.items()
        if summary.get(split) is not None
    ]


def summary_lines(summary: Plain, *, epochs: int) -> list[str]:
    """Return the table at the end of a run: loss and accuracy of every split."""
    lines = ["", f"{'':12}{'loss':>8}{'accuracy':>12}"]
    lines += [f"{one.name:12}{one.loss:>8}{one.accuracy:>12}   {one.remark}".rstrip() for one in splits(summary)]
    test = summary["test"]
    alone = percent(test["majority_accuracy"], _number(summary, "test"))
    lines.append(f"{'':{_REMARK}}most frequent class alone: {alone}")
    lines += _over_views(summary)
    lines += _among_mapped(summary)
    if test["accuracy"] <= test["majority_accuracy"]:
        lines.append("The test accuracy does not exceed that of always answering the most frequent class.")
    if len(summary.get("classes", ())) == 2 and test.get("auc") is not None:
        lines.append(f"area under the ROC curve of the test split (AUC): {test['auc']:.4f}")
    seconds = summary["seconds"]
    return [
        *lines,
        *(line for text in _cautions(summary) for line in textwrap.wrap(text, WIDTH, break_on_hyphens=False)),
        f"weights of epoch {summary['best_epoch']} of {epochs}, chosen by {summary['selected_by']}",
        f"trained {duration(seconds['train'])}, {summary['images_per_second']:,.0f} images/s",
    ]


def to_open(folder: RunFolder) -> list[str]:
    """Return the file to open, alone on its line: the page, else a picture and how many there are beside it."""
    if (page := folder.path / "report.html").is_file():
        return [f"open     {page}"]
    pictures = pictures_in(folder.path)
    if not pictures:
        return [f"open     {folder.path / 'summary.json'}"]
    others = [f"{'':9}and {len(pictures) - 1} more beside it"] if len(pictures) > 1 else []
    named = {picture.stem: picture for picture in pictures}
    first = next((named[name] for name in TELLING if name in named), pictures[0])
    return [f"open     {first}", *others]


def percent(share: float, number: int | None) -> str:
    """Return a share of so many images in per cent, with no more decimals than they tell apart.

    Args:
        share: in [0, 1].
        number: of images; None: not known.
    """
    digits = 2 if number is None or number > 1000 else 1 if number > 100 else 0
    return f"{100 * share:.{digits}f} %"


def _number(summary: PlainMapping, split: str) -> int | None:
    """Return the number of images of a split; None where a summary does not tell."""
    data = summary.get("data")
    number = data.get(split) if isinstance(data, Mapping) else None
    return number if isinstance(number, int) and number > 0 else None


def _remark(split: str, summary: Plain) -> str:
    figures, number = summary[split], _number(summary, split)
    if split == "train" and figures.get("measured") != "selected weights":
        return f"while learning, over epoch {summary['best_epoch']}"
    if split == "train" or number is None:
        return f"{figures.get('measured', '')}"
    hits = round(figures["accuracy"] * number)
    if split == "val":
        return f"{hits:,} of {number:,}"
    low, high = (percent(end, number).removesuffix(" %") for end in wilson_interval(hits, number))
    return f"{hits:,} of {number:,}; 95 % interval {low} to {high}"


def _cautions(summary: Plain) -> list[str]:
    """Return what has to be known before the figures are believed."""
    train, val, number = summary.get("train") or {}, summary.get("val"), _number(summary, "val")
    told = []
    is_running_mean = train.get("measured") not in (None, "selected weights")
    if is_running_mean and val is not None and train["accuracy"] < val["accuracy"]:
        told.append(
            "Train figures are means over an epoch, while its weights change: that is why they can be worse than those "
            "of validation. evaluate_train=true measures them at the end."
        )
    if number is not None and number < FEW and summary.get("epochs_trained", 0) > 1:
        told.append(
            f"Validation has {number} images, each of which is {100 / number:.0f} points: too few to choose an epoch "
            "by. Hold out more: dataset.val_fraction=0.2, or compare with cross_validation=5."
        )
    return told


def _over_views(summary: Plain) -> list[str]:
    """Return the row of answers that are averaged over views of each test image."""
    views = summary["test"].get("views")
    if views is None:
        return []
    share = percent(views["accuracy"], _number(summary, "test"))
    mirrored = "each image and its mirror image"
    of = mirrored if views["of"] == "flip" else f"{mirrored}, moved too"
    return [f"{'over views':12}{_loss(views['loss']):>8}{share:>12}   {of}"]


def _among_mapped(summary: Plain) -> list[str]:
    """Return the row of an ImageNet network's own answers, where only classes that it can name are asked for."""
    accuracy, mapping = summary["test"].get("accuracy_among_mapped"), summary.get("mapping")
    if accuracy is None or not isinstance(mapping, Mapping):
        return []
    num_mapped = sum(1 for members in mapping.values() if members)
    return [f"{'among mapped':12}{'':8}{f'{100 * accuracy:.2f} %':>12}   {num_mapped} of {len(mapping)} classes"]


def _loss(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"  # a file keeps no number that is not finite
