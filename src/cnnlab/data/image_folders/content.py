"""What stands for the images of a folder: their bytes, and which split and class each has."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cnnlab.base.errors import ConfigError
from cnnlab.base.hashing import FileHashes
from cnnlab.base.progress import Progress
from cnnlab.data.image_folders.archives import unpacked
from cnnlab.data.image_folders.listing import ImageFile, hash_lines, list_folder, permission_denied
from cnnlab.data.image_folders.published import LAYOUTS


def content_hash(
    name: str, root: Path, *, hashes: FileHashes, cache_dir: Path, progress: Progress | None = None
) -> str:
    """Return 16 hex digits for what a data set makes of a folder: paths, bytes, splits and classes of its images.

    Args:
        name: of the data set; of one that a plugin brings, all images under the root count.
        root: the folder, or a zip archive of it.
        hashes: know the files that were read before.
        cache_dir: keeps the hashes; see `FileHashes.of_folder`.
        progress: told how many of the new files are read.

    Raises:
        ConfigError: the folder is no such data set, or may not be read.
    """
    root = unpacked(root, cache_dir=cache_dir, hashes=hashes, progress=progress)
    if not root.is_dir():
        raise ConfigError(f"dataset.root: no folder '{root}'.")
    layout = None if name not in LAYOUTS else LAYOUTS[name](root)
    images = list_folder(root).images if layout is None else layout.images
    root = root if layout is None else layout.root
    contents = image_hashes(root, images, hashes=hashes, cache_dir=cache_dir, progress=progress)
    places = () if layout is None else (*layout.classes, *layout.splits, *map(str, layout.labels))
    return hash_lines((str(len(images)), *(image.path for image in images), *contents, *places))


def image_hashes(
    root: Path, images: Sequence[ImageFile], *, hashes: FileHashes, cache_dir: Path, progress: Progress | None
) -> Sequence[str]:
    """Return the hash of each image's bytes.

    Raises:
        ConfigError: one cannot be read.
    """
    try:
        return hashes.of_folder(root, images, kept_in=cache_dir / "hashes", progress=progress)
    except PermissionError as error:
        raise permission_denied(error) from error
    except OSError as error:
        raise ConfigError(f"dataset.root: cannot be read, '{error.filename}' ({error.strerror}).") from error
