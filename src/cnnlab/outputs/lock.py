"""The lock of a run, and what a disk answers that cannot be written."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from cnnlab.base.errors import Busy, RunError
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.status import read_status

_NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_NO_PLACE = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST, errno.EISDIR, errno.ENAMETOOLONG)


@contextmanager
def held(folder: RunFolder) -> Iterator[None]:
    """Hold a run, so that no second process trains it; the lock ends with the process, however that ends.

    A folder in which nothing but the lock was written is gone afterwards. A process that is killed leaves it.

    Raises:
        Busy: another process holds it.
    """
    made = [path for path in (folder.path, *folder.path.parents) if not path.exists()]
    with disk_errors(folder.path):
        folder.path.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder.lock)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise Busy(f"{folder.run_id}: is being trained by {_holder(folder)}. Nothing was done here.") from None
    try:
        yield
    finally:
        if [path.name for path in folder.path.iterdir()] == [folder.lock.name]:
            folder.lock.unlink()
            with contextlib.suppress(OSError):  # another run has been begun beside it
                for path in made or [folder.path]:
                    path.rmdir()
        lock.release()


def _holder(folder: RunFolder) -> str:
    status = read_status(folder)
    if status.get("status") != "running":
        return "another process"  # it has just begun
    return f"process {status.get('pid', '?')} on {status.get('host', '?')}, since {status.get('started', '?')}"


def is_held(folder: RunFolder) -> bool:
    """Tell whether a process trains the run at this moment."""
    lock = FileLock(folder.lock)
    if not folder.lock.exists():
        return False
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    lock.release()
    return False


@contextmanager
def printed_all_the_same(text: str, place: Path) -> Iterator[None]:
    """Print what is saved inside, also where it cannot be.

    Args:
        text: what is printed, afterwards.
        place: where it is saved.

    Raises:
        RunError: it could not be saved.
    """
    try:
        with disk_errors(place):
            yield
    finally:
        print(text)


@contextmanager
def disk_errors(place: Path) -> Iterator[None]:
    """Turn a full or forbidden disk into one clear message; `place` is where it was written.

    Raises:
        RunError: there is no space left, or no permission to write.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _NO_SPACE:
            advice = "Free some and repeat the command, without rerun=true; what is done is kept."
            raise RunError(f"{place}: no space left on the disk. {advice}") from error
        if error.errno in _NO_PLACE or (error.errno == errno.ENOENT and not place.exists()):
            advice = "Work in a folder that can be written, or set cache_dir and data_dir to such folders."
            raise RunError(f"{place}: cannot be written ({error.strerror}). {advice}") from error
        raise
