"""A submission in Kaggle's form: a row for every image, which is known by the name of its file."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from cnnlab.base.errors import ConfigError
from cnnlab.base.texts import printable
from cnnlab.outputs.files import replacing

COLUMNS = ("id", "label")
_NUMBER = re.compile(r"(\d+)")


def image_id(path: Path) -> str:
    """Return the name of an image's file without its suffix."""
    return printable(path.stem)


def check_ids(files: Iterable[Path], *, option: str) -> None:
    """Refuse images of the same id.

    Args:
        files: of the images.
        option: what needs the ids, as typed.

    Raises:
        ConfigError: two files have the same name without suffix.
    """
    owners: dict[str, Path] = {}
    for path in files:
        first = owners.setdefault(image_id(path), path)
        if first is not path:
            raise ConfigError(
                f"{option}: an image is known by its file's name without suffix, got '{image_id(path)}' twice: "
                f"{first} and {path}. Leave one out, or rename it."
            )


def write_submission(path: Path, labels: Mapping[str, str]) -> None:
    """Write `id,label`, the ids as a person would order them: 1, 2, 10.

    Args:
        path: of the CSV file.
        labels: id -> name of the class.
    """
    with replacing(path) as file, io.TextIOWrapper(file, encoding="utf-8", newline="") as text:
        writer = csv.writer(text, lineterminator="\n")  # as it is: Kaggle compares it with its own
        writer.writerow(COLUMNS)
        writer.writerows((name, labels[name]) for name in sorted(labels, key=_natural))


def _natural(name: str) -> tuple[list[tuple[int, str]], str]:
    """Return a key that compares the numbers in a name by their values."""
    steps = _NUMBER.split(name)  # text and digits in turn
    return [(int(step), "") if i % 2 else (0, step) for i, step in enumerate(steps)], name
