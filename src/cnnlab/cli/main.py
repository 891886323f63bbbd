"""The console script: help at once, all else through `dispatching`; turns errors into exit codes."""

from __future__ import annotations

import atexit
import contextlib
import gc
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from cnnlab.base.errors import ConfigError, Interrupted, RunError
from cnnlab.base.printing import printed, tell
from cnnlab.base.stopping import Stop
from cnnlab.base.version import __version__
from cnnlab.cli.commands import COMMANDS

HELP = f"""\
cnnlab answers questions about convolutional networks with experiments: declare
them on the command line, train every arm, compare.

usage: cnnlab [COMMAND] [ARGUMENTS]

commands:
{chr(10).join(f"  {command.name:10}{command.help}" for command in COMMANDS)}

examples:
  cnnlab train                                       one run, all defaults
  cnnlab optimizer=adam activation=gelu epochs=20    change what you like
  cnnlab -m optimizer=sgd,adam seed=0,1,2,3,4        a sweep: ten runs
  cnnlab -m optimizer=sgd,adam until=decided         seeds until it is decided
  cnnlab -m experiment=optimizers                    a whole study
  cnnlab report optimizers                           compare its arms again

where to look:
  cnnlab train --help       keys and groups, with their options
  cnnlab list optimizer     what the options of a group are
  cnnlab train --cfg job    the configuration that a command stands for
  eval "$(cnnlab -sc install=bash)"   completion, also for zsh and fish
  outputs/runs/             a folder per run: metrics, pictures, weights
"""

BEFORE_TORCH = {
    "GOMP_SPINCOUNT": "1000",  # threads that wait give the core away soon; with another process beside, 5x
}
"""Variables that are read when torch is loaded. They change the speed, not a bit of the results; what is set counts."""

INTERRUPTED = "interrupted. What is done is kept; repeat the command{} to go on."


def main(argv: Sequence[str] | None = None) -> int:
    """Carry out a command line.

    Args:
        argv: the words; None: those of the process, which ends with the command.

    Returns:
        0: fine, 1: a run failed, 2: what the user wrote is wrong, 130: interrupted.
    """
    if argv is not None:
        return _carried_out(list(argv))
    # Libraries make half a million objects that stay. Python would look through them for cycles several times as they
    # are loaded, a tenth of a short run, and take them apart at the end for most of a second. Training makes none.
    gc.set_threshold(500_000, 20, 100)
    code: list[int] = []
    if not atexit._ncallbacks():  # others, such as a measurement of coverage, would never be called
        atexit.register(_end_at_once, code)  # the first that is registered is the last that is called
    code.append(_carried_out(sys.argv[1:]))
    return code[0]


def _end_at_once(code: list[int]) -> None:
    """End the process, with all that is written in its place and all that is registered done; not after an error."""
    if code:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):  # a reader has seen enough, or the file was closed
                if stream is not None:
                    stream.flush()
        os._exit(code[0])


def _carried_out(args: list[str]) -> int:
    """Carry out a command line, and return its exit code."""
    stop = Stop()
    _let_everything_be_printed()
    with printed() as output:
        try:
            with stop.heard():
                code = _carry_out(args, stop)
            sys.stdout.flush()
        except KeyboardInterrupt as error:
            if not isinstance(error, Interrupted):
                print(INTERRUPTED.format(" without rerun=true" if "rerun=true" in args else ""), file=sys.stderr)
            return 130
        except BrokenPipeError:  # the reader, such as `head`, has seen enough
            _print_no_more()
            return 0
        if output is None or output.error is None:
            return code
        print(f"the output cannot be written: {output.error.strerror}.", file=sys.stderr)
        return code or 1


def _carry_out(args: list[str], stop: Stop) -> int:
    """Carry out a command line; say what went wrong and return the exit code of that."""
    for name, value in BEFORE_TORCH.items():
        os.environ.setdefault(name, value)
    os.environ["MPLBACKEND"] = "agg"  # pictures are files; a notebook hands down a backend that may not be installed
    try:
        return _dispatch(args, stop)
    except RunError as error:
        _tell(error)
        return 1
    except BrokenPipeError:
        raise
    except OSError as error:
        stop.look()
        _tell(_disk_error(error))
        return 1
    except ConfigError as error:
        stop.look()
        _tell(error)
        return 2
    except Exception:
        stop.look()  # libraries make another error of it, such as one of the import that they were at
        raise


def _tell(error: Exception) -> None:
    tell(str(error), file=sys.stderr, indent=2)


def _disk_error(error: OSError) -> RunError:
    """Return what a disk that cannot be written means to the user; any other error goes on."""
    from cnnlab.outputs.lock import disk_errors

    try:
        with disk_errors(Path(str(error.filename or "outputs"))):
            raise error
    except RunError as told:
        return told


def _print_no_more() -> None:
    """Let what is still to be flushed vanish; else Python fails over it at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _let_everything_be_printed() -> None:
    """Escape what the terminal's encoding lacks, in place of failing; print nothing where the output is closed."""
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - open as long as the process is
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _dispatch(args: list[str], stop: Stop) -> int:
    if not args or args[0] in ("-h", "--help", "help"):
        print(HELP, end="")
        return 0
    if args[0] == "--version":
        print(f"cnnlab {__version__}")
        return 0
    from cnnlab.cli.dispatching import dispatch  # a word of help needs none of what it knows

    return dispatch(args, stop)
