"""Files of outputs/: each written in one step, and read back. Nothing here knows what they mean."""

from __future__ import annotations

import contextlib
import csv
import errno
import io
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import BinaryIO

from cnnlab.base.drafts import draft_of
from cnnlab.base.errors import RunError
from cnnlab.base.printing import harmless
from cnnlab.base.schema import Plain, PlainMapping
from cnnlab.base.texts import is_number

METRICS_COLUMNS = (
    "epoch", "lr", "train_loss", "train_accuracy", "val_loss", "val_accuracy", "test_loss", "test_accuracy",
    "grad_norm", "seconds", "images_per_second",
)  # fmt: skip
GRADIENTS_COLUMNS = ("epoch", "layer", "mean_abs", "max_abs")
OUTPUTS = Path("outputs")
"""Where runs and studies are, unless another folder is named."""
RUNS = OUTPUTS / "runs"
OUTPUTS_VARIABLE = "CNNLAB_OUTPUTS"
"""Variable that names another folder; processes of a command inherit it."""
ANEW = "train the run anew: its command with rerun=true."
"""What to do where files of a run are lost; ends a message."""

Row = PlainMapping


@dataclass(frozen=True)
class Table:
    """A CSV file as it was read: text. A row that a killed process left half written is left out."""

    header: list[str]
    rows: Sequence[Sequence[str]]
    """Cells as they stand in the file; only those that are looked at are made names again."""

    def columns(self, names: Sequence[str]) -> Iterator[tuple[str, ...]]:
        """Yield the cells of some columns, row by row.

        Raises:
            ValueError: a column is missing.
        """
        self._check(names)
        return zip(*map(self.column, names))

    def column(self, name: str) -> list[str]:
        """Return the cells of one column.

        Raises:
            ValueError: it is missing.
        """
        self._check([name])
        place = self.header.index(name)
        cells = [row[place] for row in self.rows]
        texts = {cell: _read(cell) for cell in set(cells)}  # they are few: classes, of thousands of images
        return [texts[cell] for cell in cells]

    def _check(self, names: Sequence[str]) -> None:
        if missing := [name for name in names if name not in self.header]:
            raise ValueError(f"no column {', '.join(missing)}. It has: {', '.join(self.header)}.")


def outputs_dir() -> Path:
    """Return the folder of runs and studies."""
    return Path(os.environ.get(OUTPUTS_VARIABLE) or OUTPUTS)


def runs_dir() -> Path:
    """Return the folder of all runs."""
    return outputs_dir() / RUNS.name


def pictures_in(folder: Path) -> list[Path]:
    """Return the pictures of a run or a study, by name; none where none were drawn."""
    return sorted(folder.glob("plots/*.png"))


def regular_file(path: Path) -> Path:
    """Return the path of a file that is to be read: of a device or a pipe, reading may find no end.

    Raises:
        OSError: it is such a one.
    """
    if path.exists() and not path.is_file() and not path.is_dir():
        raise OSError(errno.EINVAL, "a device or a pipe, no file", str(path))
    return path


def read_table(path: Path, *, only: Sequence[str] | None = None) -> Table:
    """Return a CSV file.

    Args:
        path: of the file.
        only: columns to be kept, those of them that are there, which is what makes a hundred long files quick; None:
            all.

    Raises:
        OSError: it is not there.
        UnicodeDecodeError, csv.Error: it is no text, or no table.
    """
    with regular_file(path).open(newline="", encoding="utf-8") as file:
        reader = csv.reader(file)
        header = next(reader, [])
        places = [] if only is None else [header.index(name) for name in only if name in header]
        if len(places) < 2:  # of one `itemgetter` makes no row
            return Table(header, [row for row in reader if row and len(row) == len(header)])
        cells, width = itemgetter(*places), len(header)
        return Table([header[place] for place in places], [cells(row) for row in reader if len(row) == width])


Look = Callable[[], None]
"""Raises where something must not be written any more."""


def _nothing() -> None:
    """Let a file be written."""


class Folder:
    """A folder of JSON and CSV files, each written in one step.

    Args:
        path: made by the first write.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.look: Look = _nothing
        """Asked at the last moment before a file is changed; while a run is held, raises where it is another's now."""

    def parse_json(self, name: str) -> object:
        """Return what a JSON file of the folder holds.

        Raises:
            OSError: it is not there.
            ValueError: it is no JSON.
        """
        try:
            return json.loads(regular_file(self.path / name).read_text(encoding="utf-8"))
        except RecursionError:
            raise ValueError("it is nested too deep") from None

    def read_json(self, name: str) -> Plain:
        """Return a JSON file of the folder, {} where it is not there, was cut off or holds something else."""
        try:
            content = self.parse_json(name)
        except (OSError, ValueError):
            return {}
        return content if isinstance(content, dict) else {}

    def write_json(self, name: str, content: PlainMapping) -> None:
        """Write a JSON file of the folder; numbers that are not finite become null."""
        self.write_text(name, json.dumps(_finite(content), indent=1, ensure_ascii=False) + "\n")

    def write_rows(self, name: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
        """Write a whole CSV file."""
        self.write_text(name, csv_text(columns, rows))

    def write_text(self, name: str, text: str) -> None:
        """Write a text file of the folder."""
        write_text(self.path / name, text, look=self.look)

    def read_rows(self, name: str) -> list[dict[str, str]]:
        """Return the complete rows of a CSV file; a line that was cut off is left out.

        Raises:
            RunError: it is there, but cannot be read or is no text.
        """
        path = self.path / name
        try:
            table = read_table(path)
        except FileNotFoundError:
            return []
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise RunError(f"{path}: is damaged ({error}). Put it back, or {ANEW}") from error
        return [dict(zip(table.header, map(_read, row))) for row in table.rows]


@contextlib.contextmanager
def replacing(path: Path, *, look: Look = _nothing) -> Iterator[BinaryIO]:
    """Open a file that takes the place of `path` when all of it is written, and vanishes if it cannot be.

    Args:
        path: of the file.
        look: asked before it takes its place.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = draft_of(path)
    try:
        with part.open("wb") as file:
            yield file
        look()
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def write_text(path: Path, text: str, *, look: Look = _nothing) -> None:
    """Write a text file in one step: a reader sees the old or the new one; `look` as of `replacing`."""
    with replacing(path, look=look) as file:
        file.write(text.encode())


def csv_text(columns: Sequence[str], rows: Iterable[Row], *, with_header: bool = True) -> str:
    """Return rows as CSV; keys of a row that are no column are left out.

    Names of files and classes may hold anything: control characters are written as text, and what a spreadsheet would
    take for a formula gets a `'` in front, which `Table.columns` and `read_rows` take away.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    if with_header:
        writer.writerow(map(harmless, columns))
    # None becomes an empty cell, a float its shortest exact text.
    writer.writerows([_written(row.get(column)) for column in columns] for row in rows)
    return buffer.getvalue()


_FORMULA = re.compile(r"'*[=+@-]")


def _written(value: object) -> object:
    if not isinstance(value, str):
        return value
    text = harmless(value)
    return f"'{text}" if _FORMULA.match(text) and not is_number(text) else text


def _read(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def _finite(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    if isinstance(value, float) and value - value != 0:
        return None
    return value
