"""Image folders as a data set: the listing gives splits and labels, the decode cache the images."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from cnnlab.base.errors import ConfigError, RunError
from cnnlab.base.texts import first_names, printable, quantity
from cnnlab.data.image_folders.archives import unpacked
from cnnlab.data.image_folders.cache import Decoded, decoded_images
from cnnlab.data.image_folders.content import image_hashes
from cnnlab.data.image_folders.kept_duplicates import kept_duplicates
from cnnlab.data.image_folders.layout import Layout, read_layout
from cnnlab.data.image_folders.listing import state_of
from cnnlab.data.stores import ImageFolder, Source, Split, Store

if TYPE_CHECKING:
    from cnnlab.data.storage import Storage

_NAMED = 10  # corrupt files; the rest is counted


def read_image_folder(storage: Storage, root: Path, *, skip_corrupt: bool) -> Source:
    """Return the data set in a folder, or in a zip archive of one.

    Raises:
        ConfigError: the folder is no such data set, or files cannot be decoded and `skip_corrupt` is off.
    """
    folder = unpacked(root, cache_dir=storage.cache_dir, hashes=storage.hashes, progress=storage.progress)
    return read_images(storage, read_layout(folder), skip_corrupt=skip_corrupt)


def read_images(storage: Storage, layout: Layout, *, skip_corrupt: bool) -> Source:
    """Return the data set that a layout describes; its splits share one store, which is a memory-mapped file.

    Raises:
        ConfigError: files cannot be decoded and `skip_corrupt` is off, or none can.
        RunError: a file changed while it was decoded.
    """
    contents = image_hashes(
        layout.root, layout.images, hashes=storage.hashes, cache_dir=storage.cache_dir, progress=storage.progress
    )
    decoded = decoded_images(
        layout.root,
        [image.path for image in layout.images],
        contents,
        cache_dir=storage.cache_dir,
        image_size=storage.image_size or storage.decode_size,
        scaling=storage.scaling,
        workers=storage.workers,
        progress=storage.progress,
        check=lambda: _check_unchanged(layout),
    )
    if decoded.corrupt and not skip_corrupt:
        raise ConfigError(_corrupt_files(decoded.corrupt))
    if len(decoded.corrupt) == len(layout.images):
        path, why = min(decoded.corrupt.items())
        raise ConfigError(
            f"dataset.root: none of the {len(layout.images)} images under '{layout.root}' can be decoded. The first: "
            f"{printable(path)} ({why})."
        )
    store = Store("decoded", torch.from_numpy(decoded.images), is_mapped=True)
    notes = layout.notes + _notes(decoded, storage.image_size or storage.decode_size)
    is_whole = torch.tensor([image.path not in decoded.corrupt for image in layout.images])
    train, val, test = (_split(store, layout, is_whole, name) for name in ("train", "val", "test"))
    assert train is not None
    pixels = decoded.images.transpose(0, 2, 3, 1)  # as they lie in memory
    return Source(
        train,
        layout.classes,
        val,
        test,
        notes,
        files=tuple(printable(image.path) for image in layout.images),
        folder=ImageFolder(layout.root, tuple(image.path for image in layout.images), decoded.corrupt),
        duplicates=kept_duplicates(decoded.folder, pixels, progress=storage.progress),
    )


def _check_unchanged(layout: Layout) -> None:
    """Refuse images that have changed since they were listed: they would be kept under the hash of what they were.

    Raises:
        RunError: one has.
    """
    for image in layout.images:
        if state_of(layout.root, image.path) != image:
            raise RunError(f"dataset.root: '{printable(image.path)}' changed while it was decoded. Repeat the command.")


def _split(store: Store, layout: Layout, is_whole: Tensor, name: str) -> Split | None:
    """Return the images of one split; None where the folder has no such split."""
    if name not in layout.splits:
        return None
    is_member = torch.tensor([split == name for split in layout.splits])
    rows = (is_member & is_whole).nonzero().flatten()
    return Split(store, torch.tensor(layout.labels)[rows], rows)


def _notes(decoded: Decoded, image_size: int | None) -> tuple[str, ...]:
    notes = []
    if decoded.corrupt:
        files, named = quantity(len(decoded.corrupt), "file"), _with_reasons(decoded.corrupt)
        notes.append(f"{files} that cannot be decoded left out (dataset.skip_corrupt): {named}")
    if decoded.is_mixed and image_size is None:
        side = decoded.images.shape[-1]
        notes.append(f"the images have several sizes; cut to {side} x {side} (dataset.image_size)")
    if decoded.num_enlarged:
        height, width = decoded.images.shape[2:]
        images = f"{decoded.num_enlarged:,} of {len(decoded.images):,} images"
        notes.append(f"{images} smaller than {height} x {width}, and enlarged to it (dataset.image_size)")
    return tuple(notes)


def _corrupt_files(corrupt: Mapping[str, str]) -> str:
    return (
        f"dataset.root: {quantity(len(corrupt), 'file')} cannot be decoded: {_with_reasons(corrupt)}. "
        "Repair them, or leave them out: dataset.skip_corrupt=true"
    )


def _with_reasons(corrupt: Mapping[str, str]) -> str:
    return first_names([f"{printable(path)} ({why})" for path, why in sorted(corrupt.items())], _NAMED)
