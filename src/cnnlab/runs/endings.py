"""What can come between a run and its end: another process, a full disk, Ctrl-C, an exception."""

from __future__ import annotations

import shlex
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn

from cnnlab.base.errors import ConfigError, Interrupted, RunError, TakenOver
from cnnlab.base.stopping import Stop
from cnnlab.outputs.lock import disk_errors
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.status import write_status

STOPPING = "stopping after this epoch; press Ctrl-C again to stop at once"


@contextmanager
def recorded(
    folder: RunFolder, epochs_done: Callable[[], int], say: Callable[[str], None], stop: Stop
) -> Iterator[None]:
    """Write down how a run ends if it does not end well.

    Args:
        folder: of the run.
        epochs_done: how many epochs of it are done.
        say: tells the user.
        stop: what it stands for: a library may make another error of Ctrl-C.

    Raises:
        Interrupted: in place of KeyboardInterrupt, after the user was told how to go on.
        RunError: in place of any exception that is no cnnlab error; its traceback is in error.txt.
        TakenOver: the run is another process's now, whatever it has ended with here.
    """
    try:
        with disk_errors(folder.path):
            yield
    except TakenOver:
        raise  # the files are another's
    except KeyboardInterrupt:
        _interrupted(folder, epochs_done(), say)
    except SystemExit:  # rich's answer to a closed pipe: no one is there to be told
        write_status(folder, "interrupted", epoch=epochs_done())
        raise
    except (RunError, ConfigError) as error:
        _try_to_write_failure(folder, str(error))
        raise
    except Exception as error:
        if stop.is_wanted:
            folder.write_error(traceback.format_exc())
            _interrupted(folder, epochs_done(), say)
        told = f"{type(error).__name__}: {error}".strip().splitlines()[0]
        _try_to_write_failure(folder, told, traceback.format_exc())
        raise RunError(f"{folder.run_id}: failed with {told}\nThe traceback is in {folder.error}.") from error


def _interrupted(folder: RunFolder, epoch: int, say: Callable[[str], None]) -> NoReturn:
    write_status(folder, "interrupted", epoch=epoch)
    say(f"interrupted after epoch {epoch}; what is done is kept. Go on with:")
    say(f"  {shlex.join(['cnnlab', 'resume', str(folder.path)])}")
    raise Interrupted from None


def _try_to_write_failure(folder: RunFolder, told: str, trace: str | None = None) -> None:
    try:
        write_status(folder, "failed", error=told)
        if trace is not None:
            folder.write_error(trace)
    except OSError:
        return  # the disk is full: status.json goes on saying `running`, by a process that is gone
