import errno
import os

import pytest
from filelock import FileLock, Timeout

from cnnlab.base.locks import locked


class Refusing(FileLock):
    """A lock on a disk that answers with an error."""

    error: BaseException

    def _acquire(self):
        raise self.error


def refusing(path, error):
    lock = Refusing(path)
    lock.error = error
    return lock


@pytest.mark.parametrize(
    "error",
    [*(OSError(number, os.strerror(number)) for number in (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)),
     NotImplementedError("FileSystem does not appear to support flock")],
    ids=repr,
)  # fmt: skip
def test_disk_without_locks_goes_without(tmp_path, error):
    lock, done = refusing(tmp_path / "lock", error), []
    with locked(lock, timeout=0):
        done.append(lock.is_locked)
    assert done == [False]


def test_disk_that_cannot_be_written_is_an_error(tmp_path):
    with pytest.raises(OSError, match="Read-only"), locked(refusing(tmp_path / "x", OSError(errno.EROFS, "Read-only"))):
        pytest.fail("it is not held")


def test_lock_is_held_inside_and_free_afterwards(tmp_path):
    with locked(FileLock(tmp_path / "lock")), pytest.raises(Timeout, match="could not be acquired"):
        FileLock(tmp_path / "lock").acquire(timeout=0)
    FileLock(tmp_path / "lock").acquire(timeout=0)
