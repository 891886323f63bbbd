"""What stands for an image where equal and nearly equal ones are looked for. Imports no torch."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

BITS = 64
_SIDE = 16  # frequencies along each side
_CHUNK_VALUES = 2**20  # of pixels that are numbers at the same time
_GRAY = (0.299, 0.587, 0.114)  # ITU-R BT.601, as Pillow's "L"
_PRIOR = 10  # images that a data set of no images would have, with the spectrum of photographs


@dataclass(frozen=True)
class Fingerprints:
    """Of N images."""

    digests: npt.NDArray[np.uint64]
    """(N,): equal for equal pixels."""
    looks: Floats
    """(N, D), of length 1, or 0 for an image of one colour: the product of two tells how alike they look."""
    hashes: npt.NDArray[np.uint64]
    """(N,): in how few of 64 bits two differ tells it roughly."""


def fingerprints(images: Pixels) -> Fingerprints:
    """Return the fingerprints of images, a few at a time.

    A look is made of the low frequencies of the gray image (a cosine transform, as of pHash), each divided by its
    spread over the data set: unweighted, sky above and sea below would make any two ships alike. Brightness, contrast,
    size and compression change it little; another cut, a turn or a mirror image changes all of it.

    Shape:
        (N, H, W, C), C is 1 or 3.
    """
    looks = _looks(_spectra(images))
    return Fingerprints(_digests(images), looks, _hashes(looks))


def _digests(images: Pixels) -> npt.NDArray[np.uint64]:
    made = (hashlib.blake2b(np.ascontiguousarray(image).data, digest_size=8).digest() for image in images)
    return np.frombuffer(b"".join(made), np.uint64)


def _spectra(images: Pixels) -> Floats:
    """Return the low frequencies of gray images, the lowest first and none of frequency 0; (N, D)."""
    _, height, width, channels = images.shape
    down, across = _cosines(height), _cosines(width)
    gray = np.array(_GRAY if channels == 3 else (1,), np.float32)
    columns = (across[:, :, None] * gray).reshape(len(across), -1).T  # (W*C, V): gray and transformed in one product
    rows, places = [], _places(len(down), len(across))
    for chunk in _chunks(images):
        lines = chunk.reshape(-1, width * channels).astype(np.float32) @ columns
        turned = lines.reshape(len(chunk), height, -1).transpose(0, 2, 1).reshape(-1, height)
        found = (turned @ down.T).reshape(len(chunk), len(across), len(down))
        rows.append(found[:, places[1], places[0]])
    spectra: Floats = np.concatenate(rows) / np.sqrt(height * width, dtype=np.float32)
    return spectra


def _chunks(images: Pixels) -> Iterator[Pixels]:
    size = max(1, _CHUNK_VALUES // max(1, images[0].size))
    return (images[first : first + size] for first in range(0, len(images), size))


def _cosines(length: int) -> Floats:
    """Return the first waves of the cosine transform, orthonormal, (U, length)."""
    frequencies = np.arange(min(_SIDE, length))[:, None]
    waves = np.cos(np.pi * frequencies * (2 * np.arange(length) + 1) / (2 * length)) * np.sqrt(2 / length)
    waves[0] /= np.sqrt(2)
    return np.asarray(waves, np.float32)


def _places(num_down: int, num_across: int) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Return the frequencies down and across of each place of a spectrum."""
    down, across = np.divmod(np.arange(1, num_down * num_across), num_across)
    order = np.argsort(down + across, kind="stable")
    return down[order], across[order]


def _looks(spectra: Floats) -> Floats:
    """Divide each frequency by its spread, and each image by its length.

    Of few images the spread is not known: some that are thought of, whose amplitudes fall with the frequency as those
    of photographs do (Field 1987), count with them.
    """
    num_images, weight = len(spectra), len(spectra) / (len(spectra) + _PRIOR)
    thought = (spectra**2).sum() / num_images / np.arange(1, spectra.shape[1] + 1)
    thought /= (1 / np.arange(1, spectra.shape[1] + 1)).sum()
    centred = spectra - weight * spectra.mean(0)
    spread = np.sqrt(weight * spectra.var(0) + (1 - weight) * thought)
    looks = centred / np.maximum(spread, 1e-3)
    flat = np.sqrt((spectra**2).sum(1, keepdims=True)) < 0.5  # grey levels: nothing but noise is seen
    length = np.sqrt((looks**2).sum(1, keepdims=True))
    return np.where(flat, 0, looks / np.maximum(length, 1e-6)).astype(np.float32)


def _hashes(looks: Floats) -> npt.NDArray[np.uint64]:
    """Return the signs of the lowest frequencies."""
    bits = np.zeros((len(looks), BITS), bool)
    bits[:, : looks.shape[1]] = looks[:, :BITS] > 0
    return np.packbits(bits, axis=1).view(np.uint64)[:, 0]
