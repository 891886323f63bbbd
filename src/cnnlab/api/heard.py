"""What a command prints while a program waits for it: all of it, its last line in one place, or nothing."""

from __future__ import annotations

import contextlib
import io
import re
import shutil
import sys
import threading
from collections.abc import Collection, Iterator
from typing import IO

from cnnlab.base.printing import harmless, printed

_WIDTH = 80  # of a notebook
_NOTEBOOK = ("ipykernel", "xeus_python")
_ENDS = re.compile(r"[\r\n]+")
_FOR_TERMINALS = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")


@contextlib.contextmanager
def heard(verbose: bool | None) -> Iterator[None]:
    """Let what is printed inside be seen as far as it is wanted; what the program's own threads print always is.

    Args:
        verbose: True: all; None: the last line, where the output is a terminal or a notebook; False: nothing.
    """
    if verbose:
        with printed():
            yield
        return
    shown, others = sys.stdout, frozenset(threading.enumerate())
    line = LastLine(shown) if verbose is None and _is_seen(shown) else None
    own: io.TextIOBase = io.StringIO() if line is None else line
    with (
        contextlib.redirect_stdout(_Parted(shown, own, others)),  # type: ignore[type-var]
        contextlib.redirect_stderr(_Parted(sys.stderr, io.StringIO(), others)),  # type: ignore[type-var]
    ):
        try:
            yield
        finally:
            if line is not None:
                line.take_away()


def _is_seen(stream: object) -> bool:
    """Tell whether somebody looks at a stream while it is written."""
    is_terminal = bool(getattr(stream, "isatty", lambda: False)())
    return is_terminal or type(stream).__module__.partition(".")[0] in _NOTEBOOK


class _Parted:
    """A stream of the process while a call goes on: its threads write to one place, all others where they did.

    Args:
        before: the stream.
        own: where the threads of the call write.
        others: threads that were there before it.
    """

    def __init__(self, before: IO[str], own: io.TextIOBase, others: Collection[threading.Thread]) -> None:
        self._before, self._own, self._others = before, own, others

    def __getattr__(self, name: str) -> object:
        return getattr(self._before if threading.current_thread() in self._others else self._own, name)


class LastLine(io.TextIOBase):
    """Shows the last line that was written, in the place of the one before.

    Args:
        shown: where.
    """

    def __init__(self, shown: IO[str]) -> None:
        self._shown, self._begun, self._length = shown, "", 0

    def write(self, text: str) -> int:
        """Take a text; show the last whole line of it. What moves a terminal's cursor, or colours, is left out.

        A kernel of Jupyter asks for colours in its environment, and so for a line that is drawn over and over.
        """
        *lines, self._begun = _ENDS.split(self._begun + text)
        said = [_FOR_TERMINALS.sub("", line).strip() for line in lines]
        if told := [line for line in said if line]:
            self._draw(harmless(told[-1]))
        return len(text)

    def take_away(self) -> None:
        """Leave the place empty."""
        if self._length:
            self._draw("")
            self._shown.write("\r")
            self._shown.flush()

    def _draw(self, line: str) -> None:
        line = line[: min(_WIDTH, shutil.get_terminal_size((_WIDTH, 24)).columns) - 1]
        self._shown.write(f"\r{line:{self._length}}")
        self._shown.flush()
        self._length = len(line)
