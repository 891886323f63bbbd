"""What is printed: made harmless for the terminal, and no reason to end a run when it can no longer be written."""

from __future__ import annotations

import contextlib
import errno
import io
import re
import sys
from collections.abc import Iterator
from typing import IO, cast

from cnnlab.base.meanwhile import Meanwhile

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_GONE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)  # a disk that is full, a terminal that was closed


def harmless(text: str) -> str:
    r"""Return a text whose control characters are written as `\x1b`: names of files and classes may hold any."""
    return _CONTROL.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


def one_line(name: str) -> str:
    """Return a name as it stands in a line of a table."""
    return harmless(name).replace("\n", r"\n").replace("\t", r"\t")


def tell(text: str, *, file: IO[str] | None = None, indent: int = 9) -> None:
    """Print lines, on a terminal broken between words: a path or a command that is cut in two cannot be copied.

    Args:
        text: one line or several.
        file: None: standard output.
        indent: columns by which the rest of a line is moved in.
    """
    import shutil  # takes time, and a word of help needs none

    from cnnlab.base.texts import fitted

    stream = sys.stdout if file is None else file
    width = shutil.get_terminal_size().columns
    for line in text.splitlines():
        print("\n".join(fitted(line, width, indent=indent) if stream.isatty() else [line]), file=stream)


class _Lossy(io.FileIO):
    """An output that forgets what it cannot write, and why."""

    error: OSError | None = None

    def write(self, data: object) -> int:
        """Write the bytes; say that they were, also where no one will ever read them."""
        try:
            return super().write(data)  # type: ignore[arg-type]
        except OSError as error:
            if error.errno not in _GONE:
                raise
            self.error = error
            return memoryview(data).nbytes  # type: ignore[arg-type]


class _Harmless(io.TextIOWrapper):
    """A text stream of which no name can make a command to the terminal."""

    meanwhile: Meanwhile | None = None
    """What stands at the foot of the terminal; of all streams that lead there."""

    def write(self, text: str, /) -> int:
        """Write a text."""
        return self.draw(harmless(text))

    def draw(self, text: str) -> int:
        """Write a text as it is."""
        if self.meanwhile is not None:
            self.meanwhile.end()
        return super().write(text)

    def write_at_once(self, text: str) -> None:
        """Write what is no line."""
        super().write(text)
        self.flush()


class Output:
    """The process's output and errors, while they are `printed`.

    Args:
        stream: one of them, as Python has opened it.
    """

    def __init__(self, stream: io.TextIOWrapper) -> None:
        stream.flush()
        self._file = _Lossy(stream.fileno(), "w", closefd=False)
        buffer = self._file if stream.write_through else io.BufferedWriter(self._file)  # as PYTHONUNBUFFERED wants it
        self.stream = _Harmless(
            cast("io.BufferedWriter", buffer), encoding=stream.encoding, errors="backslashreplace",
            line_buffering=True,  # what was said stays when the process is killed
            write_through=stream.write_through,
        )  # fmt: skip

    @property
    def error(self) -> OSError | None:
        """Why something could not be written: no space on a disk; None where all was, or a terminal is gone."""
        error = self._file.error
        return None if error is None or error.errno == errno.EIO else error


@contextlib.contextmanager
def printed() -> Iterator[Output | None]:
    """Take the place of `sys.stdout` and `sys.stderr`; give back what becomes of the first, None if it is no file."""
    before, outputs = (sys.stdout, sys.stderr), [_output(stream) for stream in (sys.stdout, sys.stderr)]
    sys.stdout, sys.stderr = (stream if output is None else output.stream for stream, output in zip(before, outputs))
    _share_terminal([output.stream for output in outputs if output is not None])
    try:
        yield outputs[0]
    finally:
        for output in outputs:
            if output is not None:
                with contextlib.suppress(OSError, ValueError):  # a reader has seen enough, or the file was closed
                    output.stream.draw("")
                    output.stream.detach()
        sys.stdout, sys.stderr = before


def _share_terminal(streams: list[_Harmless]) -> None:
    """Let a terminal that standard output leads to have a line of what is going on, which any output takes away."""
    if sys.stdout in streams and sys.stdout.isatty():
        meanwhile = Meanwhile(cast("_Harmless", sys.stdout).write_at_once)
        for stream in streams:
            stream.meanwhile = meanwhile if stream.isatty() else None


def meanwhile(what: str) -> None:
    """Name what is going on until anything else is printed; where the output is no terminal, do nothing."""
    if isinstance(sys.stdout, _Harmless) and sys.stdout.meanwhile is not None:
        sys.stdout.meanwhile.say(what)


def _output(stream: object) -> Output | None:
    """Return the output that a stream stands for; None where there is no file behind it, as in a notebook."""
    try:
        return Output(stream) if type(stream) is io.TextIOWrapper else None
    except (OSError, ValueError):
        return None


class _Live:
    """A stream for what a library draws on the terminal: control characters pass."""

    def __init__(self, stream: _Harmless) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write a text as it is."""
        return self._stream.draw(text)

    def __getattr__(self, name: str) -> object:
        return getattr(self._stream, name)


def live(stream: IO[str]) -> IO[str]:
    """Return a stream for a library that draws on the terminal; the names in what it draws have to be `harmless`."""
    return cast("IO[str]", _Live(stream)) if isinstance(stream, _Harmless) else stream
