"""What the checks share: how a command has to end."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path

from cnnlab.cli.main import main as cnnlab

CODES = (0, 1, 2, 130)
SECONDS, WAIT = 30, 300
"""What a command may compute at most, and take on a machine that is busy."""
TINY = ("dataset=digits", "model.width=0.05", "dataset.per_class=5", "batch_size=16", "epochs=1", "plots=false")
"""Words under which a run is trained in a moment."""
TIMES = ("train_seconds", "seconds", "images_per_second", "at_once")
"""Beginnings of columns in which two equal runs differ."""


class TooLong(BaseException):
    """A command took more than its time."""


@contextlib.contextmanager
def limited() -> Iterator[None]:
    def late(*_: object) -> None:
        raise TooLong

    for which in (signal.SIGALRM, signal.SIGPROF):
        signal.signal(which, late)
    signal.alarm(WAIT)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.setitimer(signal.ITIMER_PROF, 0)


def wrong_with(words: Sequence[str]) -> str | None:
    """Return what is wrong with how a command line ends in this process, None if nothing is."""
    said = io.StringIO()
    sys.argv = ["cnnlab", *words]
    try:
        with limited(), contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            code = cnnlab(words)
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else 0 if error.code is None else 1
    except TooLong:
        return f"more than {SECONDS} s"
    except BaseException as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__}: {str(error)[:120]} ({Path(place.filename).name}:{place.lineno})"
    return wrong_end(code, said.getvalue())


def wrong_end(code: int, text: str) -> str | None:
    """Return what is wrong with an exit code and what was printed, None if nothing is."""
    if code not in CODES:
        return f"exit code {code}: {text.strip()[-120:]}"
    if "Traceback (most recent" in text or "The traceback is in" in text:
        return f"exit code {code} and a traceback: {text.strip().splitlines()[-1][:120]}"
    return "exit code 2 without a word" if code == 2 and not text.strip() else None


def start(folder: Path, words: Sequence[str], **options: object) -> subprocess.Popen[str]:
    """Start a command in a folder, as a session of its own, its output in one pipe."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "stdin": subprocess.DEVNULL}
    env = {**os.environ, "OMP_NUM_THREADS": "1"}
    command = [Path(sys.executable).with_name("cnnlab"), *words]
    return subprocess.Popen(
        command, cwd=folder, env=env, text=True, errors="replace", start_new_session=True, **pipes | options
    )


def ended(num_wrong: int, num: int, what: str) -> int:
    """Say how many were wrong; return the exit code."""
    print(f"{num} {what}, {num_wrong} wrong")
    return int(num_wrong > 0)
