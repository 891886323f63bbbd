"""Texts as a person writes them: times and counts in words, names cut to the room there is."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Collection, Mapping, Sequence


def duration(seconds: float) -> str:
    """Return a time as a person says it: 8 s, 3 min 20 s, 2 h 5 min."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def size(num_bytes: float) -> str:
    """Return a size as a person says it: 0.3 MB, 142 MB, 1.2 GB."""
    number, unit = (num_bytes / 1e9, "GB") if num_bytes >= 1e9 else (num_bytes / 1e6, "MB")
    return f"{number:,.{0 if number >= 10 else 1}f} {unit}"


_COMMAND = re.compile(r"(?<=: )(?:CUDA_\S+ )?(?:cnnlab|pip install|scripts/install)(?: .*)?$")


def fitted(text: str, width: int, *, indent: int = 0) -> list[str]:
    """Return a text in lines that fit, broken between words; a command at its end stands alone, whole: it is copied.

    Args:
        text: one line.
        width: columns of a line.
        indent: columns by which all lines but the first are moved in.
    """
    if len(text) <= width:
        return [text]
    command = _COMMAND.search(text)
    told = text[: command.start()] if command else text
    start = told[: len(told) - len(told.lstrip())]
    head = textwrap.wrap(
        told.lstrip(), width, initial_indent=start, subsequent_indent=" " * indent, break_long_words=False,
        break_on_hyphens=False,
    )  # fmt: skip
    return [*head, *([f"{' ' * max(indent, 2)}{command[0]}"] if command else [])]


def cut_middle(text: str, length: int) -> str:
    """Return at most `length` >= 1 characters of a text: ends tell names apart as well as beginnings do."""
    if len(text) <= length:
        return text
    tail = (length - 1) // 2
    return f"{text[: length - 1 - tail]}…{text[len(text) - tail :]}"


def quantity(number: int, noun: str) -> str:
    """Return a number of things: 1 file, 2,000 files."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def first_names(names: Sequence[str], most: int = 6, *, separator: str = ", ") -> str:
    """Join so many names, or other short texts, at most; say how many more there are."""
    return f"{separator.join(names[:most])}{and_more(len(names) - most)}"


def names_fitting(names: Sequence[str], room: int) -> str:
    """Return as many names as fit in so many columns, and how many more there are; of one at least its ends."""
    for shown in range(len(names), 1, -1):
        if len(told := f"{', '.join(names[:shown])}{and_more(len(names) - shown)}") <= room:
            return told
    more = and_more(len(names) - 1)
    return f"{cut_middle(names[0], max(1, room - len(more)))}{more}" if names else ""


def and_more(number: int, noun: str = "") -> str:
    """Return what stands behind those that are named: ` and 2 more`; nothing where all are."""
    return f" and {number:,} more{noun and f' {noun}'}" if number > 0 else ""


def is_number(text: str) -> bool:
    """Tell whether a text is a number, as Python reads it."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def printable(name: str) -> str:
    """Write bytes of a name that are no UTF-8 as text, such as `caf\\xe9`: class names go into files and pictures."""
    try:
        return name.encode(errors="surrogateescape").decode(errors="backslashreplace")
    except UnicodeEncodeError:  # halves of characters, which no name of a file holds
        return name.encode(errors="backslashreplace").decode()


def laid_out(
    texts: Mapping[str, Sequence[str]], numbers: Mapping[str, Sequence[str]], *, to_the_right: Collection[str] = ()
) -> list[str]:
    """Return the lines of a table, the names of the columns first.

    Args:
        texts: column -> cells, to the left.
        numbers: column -> cells, behind them and to the right.
        to_the_right: columns of numbers that stand among the texts.
    """
    columns = []
    for name, cells in (*texts.items(), *numbers.items()):
        is_text, width = name in texts and name not in to_the_right, max(map(len, (name, *cells)))
        columns.append([cell.ljust(width) if is_text else cell.rjust(width) for cell in (name, *cells)])
    return ["  ".join(row).rstrip() for row in zip(*columns)]
