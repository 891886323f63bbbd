"""Locks of files, also where the disk knows none."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterator

from filelock import BaseFileLock

_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)


def acquire(lock: BaseFileLock, *, timeout: float = -1) -> None:
    """Lock a file; go on without where its disk knows no locks, as some do that machines share.

    Args:
        lock: of the file.
        timeout: seconds to wait; -1: for as long as it takes.

    Raises:
        Timeout: another process has held it all the time.
        OSError: it cannot be written.
    """
    with contextlib.suppress(NotImplementedError):  # how filelock says ENOSYS before it has a way of its own
        try:
            lock.acquire(timeout=timeout)
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                raise


@contextlib.contextmanager
def locked(lock: BaseFileLock, *, timeout: float = -1) -> Iterator[None]:
    """Hold a lock inside; see `acquire`."""
    acquire(lock, timeout=timeout)
    try:
        yield
    finally:
        lock.release()
