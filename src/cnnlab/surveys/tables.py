"""What is in a data set, for the terminal and as CSV and JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cnnlab.base.printing import one_line
from cnnlab.base.schema import Plain
from cnnlab.base.texts import cut_middle, laid_out, quantity
from cnnlab.outputs.files import csv_text
from cnnlab.surveys.survey import Files, Range, Survey, cautions, headline

_CLASSES = 20  # in the terminal's table
_NAME = 40  # columns
_DAMAGED = 5  # files that are named


def terminal_lines(survey: Survey) -> list[str]:
    """Return what is said in the terminal."""
    splits = ", ".join(f"{sum(counts):,} {name}" for name, counts in survey.counts.items())
    channels, height, width = survey.shape
    return [
        f"data     {one_line(survey.name)}: {survey.num_images:,} images of {len(survey.classes):,} classes, {splits}",
        "",
        *_table(survey),
        "",
        *(f"{name:9}{value}" for name, value in facts(survey).items()),
        f"read as  {channels}x{height}x{width}",
        *(f"damaged  {one_line(name)} ({why})" for name, why in list(survey.corrupt.items())[:_DAMAGED]),
        *(f"note     {one_line(note)}" for note in survey.notes),
        "",
        headline(survey),
        *(f"-        {one_line(caution)}" for caution in cautions(survey)),
    ]


def _table(survey: Survey) -> list[str]:
    shown = survey.classes[:_CLASSES]
    names = [cut_middle(one_line(name), _NAME) for name in shown]
    numbers = {name: [f"{count:,}" for count in counts[:_CLASSES]] for name, counts in survey.counts.items()}
    numbers["all"] = [f"{count:,}" for count in survey.totals[:_CLASSES]]
    numbers["%"] = [f"{100 * count / survey.num_images:.1f}" for count in survey.totals[:_CLASSES]]
    more = len(survey.classes) - len(shown)
    return [*laid_out({"class": names}, numbers), *([f"and {more:,} more classes: data.csv has them"] if more else [])]


def facts(survey: Survey) -> dict[str, str]:
    """Return what is known of the files and the duplicates: name -> text."""
    num, num_equal = len(survey.groups), sum(group.is_equal for group in survey.groups)
    found = {} if survey.files is None else _of_files(survey.files)
    said = f"{quantity(num, 'group')} of images that show the same, {num_equal:,} of equal pixels"
    found["copies"] = said if survey.groups else "no two images show the same"
    return found


def _of_files(files: Files) -> dict[str, str]:
    found = {
        "width": f"{in_words(files.width)} pixels",
        "height": f"{in_words(files.height)} pixels",
        "aspect": in_words(files.aspect, layout=".2f"),
        "pixels": counted(files.modes),
        "format": counted(files.formats),
    }
    return found | ({"turned": f"{files.num_turned:,} by their EXIF data"} if files.num_turned else {})


def in_words(span: Range, *, layout: str = ",.0f") -> str:
    """Return a range as it is said."""
    if span.least == span.most:
        return format(span.least, layout)
    return f"{span.least:{layout}} to {span.most:{layout}}, median {span.median:{layout}}"


def counted(numbers: Mapping[str, int]) -> str:
    """Return how many there are of each kind."""
    return ", ".join(f"{number:,} {name}" for name, number in numbers.items())


def class_csv(survey: Survey) -> str:
    """Return a row for each class."""
    columns = ("class", *survey.counts, "all")
    rows = zip(survey.classes, *survey.counts.values(), survey.totals)
    return csv_text(columns, [dict(zip(columns, row)) for row in rows])


def duplicates_csv(survey: Survey) -> str:
    """Return a row for each image that shows what another one shows."""
    rows = [
        {"group": number, "kind": "equal" if group.is_equal else "near", "image": one.name, "split": one.split,
         "class": one.label}
        for number, group in enumerate(survey.groups, start=1)
        for one in group.members
    ]  # fmt: skip
    return csv_text(("group", "kind", "image", "split", "class"), rows)


def as_plain(survey: Survey) -> Plain:
    """Return all but the pictures, for data.json."""
    return {
        "name": survey.name,
        "classes": list(survey.classes),
        "counts": {name: list(counts) for name, counts in survey.counts.items()},
        "shape": list(survey.shape),
        "files": None if survey.files is None else _plain_files(survey.files),
        "corrupt": dict(survey.corrupt),
        "notes": list(survey.notes),
        "headline": headline(survey),
        "cautions": cautions(survey),
        "leaks": {name: {"near": leak.num, "equal": leak.num_equal} for name, leak in survey.leaks.items()},
        "duplicates": [_plain_group(group.is_equal, [one.name for one in group.members]) for group in survey.groups],
    }


def _plain_files(files: Files) -> Plain:
    spans = {"width": files.width, "height": files.height, "aspect": files.aspect}
    return {
        **{name: {"least": span.least, "median": span.median, "most": span.most} for name, span in spans.items()},
        "modes": dict(files.modes),
        "formats": dict(files.formats),
        "turned": files.num_turned,
    }


def _plain_group(is_equal: bool, images: Sequence[str]) -> Plain:
    return {"kind": "equal" if is_equal else "near", "images": list(images)}
