"""The lock of a run, and what a disk answers that cannot be written."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import BaseFileLock, FileLock, Timeout

from cnnlab.base.errors import Busy, RunError
from cnnlab.base.locks import acquire
from cnnlab.outputs.lease import Hold, holder_elsewhere, leases, take
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.status import read_status

_NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_NO_PLACE = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST, errno.EISDIR, errno.ENAMETOOLONG)


@contextmanager
def held(folder: RunFolder) -> Iterator[None]:
    """Hold a run, so that no second process trains it, on this machine or another that shares the folder.

    The lock ends with the process, however that ends; the lease, which other machines go by, some time after it. A
    folder in which nothing but the lock was written is gone afterwards. A process that is killed leaves it.

    Inside, whatever is written into the folder by this object raises TakenOver once the run is another process's.

    Raises:
        Busy: another process holds it.
    """
    made = [path for path in (folder.path, *folder.path.parents) if not path.exists()]
    with disk_errors(folder.path):
        folder.path.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder.lock)
        if not _acquire(lock) or (hold := _take(folder, lock)) is None:
            raise Busy(f"{folder.run_id}: is being trained by {_holder(folder)}. Nothing was done here.")
    try:
        before, folder.look = folder.look, hold.look
        yield
    finally:
        hold.release()
        folder.look = before
        if not hold.is_lost and [path.name for path in folder.path.iterdir()] == [folder.lock.name]:
            folder.lock.unlink()
            with contextlib.suppress(OSError):  # another run has been begun beside it
                for path in made or [folder.path]:
                    path.rmdir()
        lock.release()


def _acquire(lock: BaseFileLock) -> bool:
    """Lock a file for this process; tell whether no other process of this machine has.

    Where the disk knows no locks, the lease does without.
    """
    try:
        acquire(lock, timeout=0)
    except Timeout:
        return False
    return True


def _take(folder: RunFolder, lock: BaseFileLock) -> Hold | None:
    """Take the lease too; without it the lock is of no use."""
    hold = None
    try:
        hold = take(folder.path)
    finally:
        if hold is None:
            lock.release()
    return hold


def _holder(folder: RunFolder) -> str:
    status = read_status(folder)
    if status.get("status") != "running":
        return holder_elsewhere(leases(folder.path)) or "another process"  # it has just begun
    return f"process {status.get('pid', '?')} on {status.get('host', '?')}, since {status.get('started', '?')}"


def is_held(folder: RunFolder) -> bool:
    """Tell whether a process trains the run at this moment, here or on another machine."""
    if any(not lease.is_over for lease in leases(folder.path)):
        return True
    lock = FileLock(folder.lock)
    if not folder.lock.exists():
        return False
    is_free = _acquire(lock)
    lock.release()
    return not is_free


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
            advice = "Work in a writable folder, or set outputs, cache_dir and data_dir to such folders."
            raise RunError(f"{place}: cannot be written ({error.strerror}). {advice}") from error
        raise
