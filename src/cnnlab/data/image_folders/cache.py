"""The decode cache: every image of a folder decoded once, in parallel, into one file that is mapped into memory."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from cnnlab.base.cores import num_cores
from cnnlab.base.drafts import draft_folder, made_once, remove_abandoned
from cnnlab.base.errors import ConfigError, RunError
from cnnlab.base.processes import pool_of_helpers
from cnnlab.base.progress import Progress
from cnnlab.data.image_folders.decoding import VERSION, Header, Target, decode_files, read_headers
from cnnlab.data.image_folders.formats import load_plugins
from cnnlab.data.image_folders.listing import hash_lines
from cnnlab.data.image_folders.value_range import Peak, check_peaks
from cnnlab.data.scaling import Scaling

_CHUNK = 64  # files per task
_MIXED_SIZE = 128  # pixels
_LARGE = 512  # pixels; larger images are trained on only where they are asked for
_FEW = 2000  # files; fewer are decoded sooner than worker processes start

T = TypeVar("T")


@dataclass(frozen=True)
class Decoded:
    """A folder's images, decoded."""

    folder: Path
    """Where they are kept."""
    images: npt.NDArray[np.uint8]
    """(N, C, H, W), channels last in memory, in the order of the files, zeros where one could not be decoded.

    Writing to it leaves the file.
    """
    corrupt: dict[str, str]
    """By path, why a file could not be decoded."""
    is_mixed: bool
    """Whether the images have several sizes."""
    num_enlarged: int
    """Images that are smaller than what they were decoded to."""


def decoded_images(
    root: Path,
    paths: Sequence[str],
    contents: Sequence[str],
    *,
    cache_dir: Path,
    image_size: int | None,
    scaling: Scaling,
    workers: int | None,
    progress: Progress | None,
    check: Callable[[], None] = lambda: None,
) -> Decoded:
    """Return the images from the cache; decode them into it where they are not there.

    Args:
        root: the folder that the paths start from.
        paths: of the files.
        contents: the hash of each file's bytes; with the paths they are the key of the cache.
        cache_dir: gets `images/<key>/images.npy` and `meta.json`.
        image_size: height and width; None: the images' own size, or a square of 128 pixels if they have several.
        scaling: how images come to that size.
        workers: decoding processes; None: one per core. With 0, 1 or few files: this process.
        progress: called after every few files.
        check: called once all is decoded; what it raises keeps it out of the cache.

    Raises:
        ConfigError: a file may not be read, what is white in the images is not known, or no size is asked for and
            theirs is none to train on.
        RunError: a decoding process died.
        OSError: the cache cannot be written; nothing of it is left.
    """
    lines = (f"{content}\t{path}" for content, path in zip(contents, paths))
    folder = cache_dir / "images" / hash_lines([f"{VERSION}\t{load_plugins()}\t{image_size}\t{scaling}", *lines])
    remove_abandoned(folder.parent)
    if (decoded := _load(folder)) is not None:
        return decoded
    with made_once(folder), draft_folder(folder) as draft:
        if (decoded := _load(folder)) is not None:
            return decoded  # by another process, just now
        with _processes(workers, len(paths)) as executor:
            _fill(draft, root, list(paths), image_size, scaling, executor, progress)
        check()
        return _publish(draft, folder)


def _load(folder: Path) -> Decoded | None:
    """Return what lies in the cache; None where there is nothing, or nothing whole."""
    try:
        meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
        images = np.load(folder / "images.npy", mmap_mode="c").transpose(0, 3, 1, 2)
        return Decoded(folder, images, meta["corrupt"], meta["is_mixed"], meta["num_enlarged"])
    except (FileNotFoundError, EOFError, ValueError, KeyError):
        return None


def _publish(draft: Path, folder: Path) -> Decoded:
    """Give a complete cache its name. Where another process was faster, its cache counts."""
    if folder.exists() and _load(folder) is None:
        shutil.rmtree(folder)  # damaged
    try:
        draft.rename(folder)
    except OSError:  # there is a folder of that name
        if _load(folder) is None:
            raise
    decoded = _load(folder)
    assert decoded is not None
    return decoded


def _fill(
    draft: Path,
    root: Path,
    paths: list[str],
    image_size: int | None,
    scaling: Scaling,
    executor: ProcessPoolExecutor | None,
    progress: Progress | None,
) -> None:
    """Write images.npy and meta.json."""
    chunks = [(first, paths[first : first + _CHUNK]) for first in range(0, len(paths), _CHUNK)]

    def run(what: str, function: Callable[..., list[T]], tasks: list[tuple[object, ...]]) -> list[T]:
        results: list[T] = []
        for part in _results(executor, function, tasks):
            results += part
            if progress is not None:
                progress(what, len(results), len(paths))
        return results

    headers = run("reading image sizes", read_headers, [(root, chunk) for _, chunk in chunks])
    considered = [header for header in headers if isinstance(header, Header)]
    if image_size is None:
        _check_size(considered)
    for _ in range(2):  # a file that turns out to be damaged has no say in the size of the others
        target = _create(draft / "images.npy", len(paths), considered, image_size, scaling)
        found = run("decoding images", decode_files, [(root, chunk, first, target) for first, chunk in chunks])
        pairs = zip(headers, found)
        considered = [header for header, each in pairs if isinstance(header, Header) and not isinstance(each, str)]
        if _shape(considered, image_size) == target.shape:
            break
    check_peaks((path, each) for path, each in zip(paths, found) if isinstance(each, Peak))
    with target.file.open("r+b") as file:
        os.fsync(file.fileno())  # the name that follows promises that every byte is there
    meta = {
        "root": str(root),
        "image_size": image_size,
        "num_images": len(paths),
        "is_mixed": len({(header.height, header.width) for header in considered}) > 1,
        "num_enlarged": sum(header.width < target.width or header.height < target.height for header in considered),
        "corrupt": {path: each for path, each in zip(paths, found) if isinstance(each, str)},
    }
    (draft / "meta.json").write_text(json.dumps(meta, indent=1), encoding="utf-8")


def _check_size(headers: list[Header]) -> None:
    """Refuse, before anything is decoded, images of one size that are no squares, or large ones.

    Raises:
        ConfigError: says so, and proposes a size.
    """
    sizes = {(header.height, header.width) for header in headers}
    if len(sizes) != 1:
        return
    ((height, width),) = sizes
    advice = f"for example dataset.image_size={min(height, width, _MIXED_SIZE)}"
    if height != width:
        raise ConfigError(
            f"dataset.image_size: the images are {height}x{width}, networks take squares. Set it, {advice}"
        )
    if height > _LARGE:
        raise ConfigError(
            f"dataset.image_size: the images are {height}x{width}, which takes much memory and time. Set it, {advice}; "
            f"dataset.image_size={height} takes them as they are."
        )


def _create(file: Path, num_images: int, headers: list[Header], image_size: int | None, scaling: Scaling) -> Target:
    """Make the file in its full size; holes take no space until they are written."""
    channels, height, width = _shape(headers, image_size)
    shape = (num_images, height, width, channels)
    empty = np.lib.format.open_memmap(file, mode="w+", dtype=np.uint8, shape=shape)
    return Target(file, empty.offset, channels, height, width, scaling)


def _shape(headers: list[Header], image_size: int | None) -> tuple[int, int, int]:
    """Return channels, height and width of the decoded images."""
    channels = 1 if headers and all(header.is_gray for header in headers) else 3
    return (channels, *_common_size(headers, image_size))


def _common_size(headers: list[Header], image_size: int | None) -> tuple[int, int]:
    sizes = {(header.height, header.width) for header in headers}
    if image_size is not None or not sizes:
        return (image_size or 1,) * 2
    if len(sizes) == 1:
        return sizes.pop()
    return (_MIXED_SIZE,) * 2  # not the smallest side: one thumbnail would make thumbnails of all


@contextlib.contextmanager
def _processes(workers: int | None, num_files: int) -> Iterator[ProcessPoolExecutor | None]:
    """Hold worker processes, or None where this process shall do the work."""
    num_workers = num_cores() if workers is None else workers
    if num_workers < 2 or num_files < _FEW:
        yield None
        return
    executor = pool_of_helpers(num_workers)
    try:
        yield executor
    except BrokenProcessPool as error:
        raise RunError("A process that decodes images died, perhaps for lack of memory. Try workers=1.") from error
    finally:
        executor.shutdown(cancel_futures=True)


def _results(
    executor: ProcessPoolExecutor | None, function: Callable[..., list[T]], tasks: list[tuple[object, ...]]
) -> Iterator[list[T]]:
    if executor is None:
        return (function(*task) for task in tasks)
    futures = [executor.submit(function, *task) for task in tasks]
    return (future.result() for future in futures)
