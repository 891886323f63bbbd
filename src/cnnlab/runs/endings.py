"""What can come between a run and its end: another process, a full disk, Ctrl-C, an exception."""

from __future__ import annotations

import shlex
import signal
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from cnnlab.base.errors import ConfigError, Interrupted, RunError
from cnnlab.outputs.lock import disk_errors
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.status import write_status


@contextmanager
def recorded(folder: RunFolder, epochs_done: Callable[[], int], say: Callable[[str], None]) -> Iterator[None]:
    """Write down how a run ends if it does not end well.

    Raises:
        Interrupted: in place of KeyboardInterrupt, after the user was told how to go on.
        RunError: in place of any exception that is no cnnlab error; its traceback is in error.txt.
    """
    try:
        with disk_errors(folder.path):
            yield
    except KeyboardInterrupt:
        write_status(folder, "interrupted", epoch=epochs_done())
        say(f"interrupted after epoch {epochs_done()}; what is done is kept. Go on with:")
        say(f"  {shlex.join(['cnnlab', 'resume', str(folder.path)])}")
        raise Interrupted from None
    except SystemExit:  # rich's answer to a closed pipe: no one is there to be told
        write_status(folder, "interrupted", epoch=epochs_done())
        raise
    except (RunError, ConfigError) as error:
        _try_to_write_failure(folder, str(error))
        raise
    except Exception as error:
        told = f"{type(error).__name__}: {error}".strip().splitlines()[0]
        _try_to_write_failure(folder, told, traceback.format_exc())
        raise RunError(f"{folder.run_id}: failed with {told}\nThe traceback is in {folder.error}.") from error


def _try_to_write_failure(folder: RunFolder, told: str, trace: str | None = None) -> None:
    try:
        write_status(folder, "failed", error=told)
        if trace is not None:
            folder.write_error(trace)
    except OSError:
        return  # the disk is full: status.json goes on saying `running`, by a process that is gone


class StopSignal:
    """Ctrl-C and SIGTERM: at once where nothing would be lost, else at the next epoch border; the second one at once.

    Args:
        is_safe: whether all epochs done are in a checkpoint.
        say: tells the user that the epoch is still finished.
    """

    def __init__(self, is_safe: Callable[[], bool], say: Callable[[str], None]) -> None:
        self.is_wanted = False
        """Whether training has to end at the next epoch border."""
        self._is_safe, self._say = is_safe, say
        self._before: list[tuple[signal.Signals, object]] = []

    def __enter__(self) -> StopSignal:
        try:
            self._before = [(which, signal.signal(which, self._handle)) for which in (signal.SIGINT, signal.SIGTERM)]
        except ValueError:
            self._before = []  # not the main thread: signals do not come here
        return self

    def __exit__(self, *_: object) -> None:
        for which, handler in self._before:
            signal.signal(which, handler)  # type: ignore[arg-type]

    def _handle(self, *_: object) -> None:
        if self.is_wanted or self._is_safe():
            raise KeyboardInterrupt
        self.is_wanted = True
        self._say("stopping after this epoch; press Ctrl-C again to stop at once")
