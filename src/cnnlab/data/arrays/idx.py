"""IDX files: the format of MNIST and its relatives. LeCun, Cortes, Burges: THE MNIST DATABASE, "file format"."""

from __future__ import annotations

import gzip
import struct
import zlib
from pathlib import Path

import numpy as np
import numpy.typing as npt

UNSIGNED_BYTE = 0x08  # the type code of all files of the MNIST family


def find_idx(folder: Path, name: str) -> Path | None:
    """Return the file, plain or with .gz; None where there is neither."""
    return next((path for path in (folder / name, folder / f"{name}.gz") if path.is_file()), None)


def read_idx(path: Path, *, num_dims: int) -> npt.NDArray[np.uint8]:
    """Read an IDX file of unsigned bytes, plain or compressed.

    Args:
        path: with suffix .gz it is decompressed.
        num_dims: 3 for images (N, H, W), 1 for labels (N,).

    Raises:
        ValueError: it is no such file, or it is cut short; the text says which.
    """
    content = _content(path)
    expected = struct.pack(">HBB", 0, UNSIGNED_BYTE, num_dims)
    if content[:4] != expected:
        raise ValueError(f"it begins with {content[:4].hex() or 'nothing'}, not {expected.hex()}")
    start = 4 + 4 * num_dims
    if len(content) < start:
        raise ValueError(f"it is cut short within its header of {start} bytes")
    shape = struct.unpack(f">{num_dims}I", content[4:start])
    size = int(np.prod(shape, dtype=np.int64))
    if len(content) != start + size:
        raise ValueError(f"it has {len(content)} bytes, its header says {start + size}")
    return np.frombuffer(bytearray(content[start:]), np.uint8).reshape(shape)  # a bytearray can be written to


def _content(path: Path) -> bytes:
    if path.suffix != ".gz":
        return path.read_bytes()
    try:
        return gzip.decompress(path.read_bytes())
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ValueError(f"it cannot be decompressed, {error}") from error
