"""How runs and studies show themselves in a notebook: tables and pictures in plain HTML. Names may hold anything."""

from __future__ import annotations

import base64
import html
from collections.abc import Iterable, Sequence
from pathlib import Path

from cnnlab.base.printing import harmless

_LEFT, _RIGHT = ' style="text-align:left"', ' style="text-align:right"'


def escaped(text: str) -> str:
    """Return a text that is no HTML."""
    return html.escape(harmless(text))


def paragraph(text: str, *, is_strong: bool = False) -> str:
    """Return a paragraph."""
    return f"<p>{f'<b>{escaped(text)}</b>' if is_strong else escaped(text)}</p>"


def code(text: str) -> str:
    """Return a paragraph of a path or a command."""
    return f"<p><code>{escaped(text)}</code></p>"


def table(header: Sequence[str], rows: Iterable[Sequence[str]], *, texts: Sequence[int] = (0,)) -> str:
    """Return a table.

    Args:
        header: of its columns.
        rows: as long as the header.
        texts: places of columns that stand to the left; the others are numbers.
    """
    sides = [_LEFT if place in texts or place - len(header) in texts else _RIGHT for place in range(len(header))]
    head = "".join(f"<th{side}>{escaped(name)}</th>" for name, side in zip(header, sides))
    body = "".join(
        f"<tr>{''.join(f'<td{side}>{escaped(cell)}</td>' for cell, side in zip(row, sides))}</tr>" for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def picture(path: Path, *, about: str) -> str:
    """Return a picture with its bytes inside, on white: it is seen wherever the notebook goes.

    Args:
        path: of a PNG file.
        about: for those who do not see it.
    """
    data = base64.b64encode(path.read_bytes()).decode()
    style = "max-width:100%;background:#fff"
    return f'<img src="data:image/png;base64,{data}" alt="{escaped(about)}" style="{style}">'
