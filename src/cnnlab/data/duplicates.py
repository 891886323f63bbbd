"""Equal and nearly equal images of a data set, found without comparing each with each. Imports no torch."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cnnlab.data.fingerprints import BITS, Fingerprints, Floats, Pixels, fingerprints

Ints = npt.NDArray[np.int32]

FAR = 8
"""Bits of a hash, of 64, by which two images may differ that are compared."""
_BANDS = FAR + 2  # two of so many are equal where no more than FAR bits differ
_NEXT = 256  # images of equal bands that one is compared with: of a film all are alike, and each is like the next
_SAMPLE = 2000  # images, whose pairs tell how alike strangers are
_ENOUGH = 200  # pairs
_LEAST = (0.11, 0.04)  # how alike, and how fast it falls, among photographs: CIFAR-10, ants and bees
_CHANCE = 1e-10  # of a pair of strangers to be taken for one image


@dataclass(frozen=True)
class Duplicates:
    """Which of N images show the same."""

    equal: Ints
    """(N,): the number of a group of images with equal pixels, -1 in none."""
    near: Ints
    """(N,): the number of a group of images that look the same, equal ones among them; -1 in none."""


@dataclass(frozen=True)
class Leak:
    """Images of a split that show what a training image shows."""

    num: int
    num_equal: int
    """Those of them whose pixels are equal to it."""
    num_images: int
    """Of the split."""


def find_duplicates(images: Pixels) -> Duplicates:
    """Return which images are equal, and which look the same: scaled, compressed, brightened, of one series.

    Shape:
        (N, H, W, C), C is 1 or 3.
    """
    if len(images) < 2:
        none = np.full(len(images), -1, np.int32)
        return Duplicates(none, none)
    found = fingerprints(images)
    equal = _numbered(np.unique(found.digests, return_inverse=True)[1])
    first, second = _near_pairs(found, _one_of_each(equal))
    return Duplicates(equal, _joined(equal, first, second))


def _one_of_each(equal: Ints) -> npt.NDArray[np.intp]:
    """Return one image of each group, and those of none."""
    alone, grouped = np.flatnonzero(equal < 0), np.flatnonzero(equal >= 0)
    return np.sort(np.concatenate([alone, grouped[np.unique(equal[grouped], return_index=True)[1]]]))


def _near_pairs(found: Fingerprints, rows: npt.NDArray[np.intp]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Return the pairs of some images that look the same."""
    looks, hashes = found.looks[rows], found.hashes[rows]
    rows = rows[np.any(looks != 0, axis=1)]
    looks, hashes = found.looks[rows], found.hashes[rows]
    order = np.argsort(hashes)  # in each bucket those come together that have the most bits in common
    rows, looks, hashes = rows[order], looks[order], hashes[order]
    least = least_likeness(looks)
    pairs = [np.empty((2, 0), np.intp)]
    for one, other in _candidates(hashes):
        is_near = np.einsum("nd,nd->n", looks[one], looks[other]) >= least
        pairs.append(np.stack([one[is_near], other[is_near]]))
    one, other = np.concatenate(pairs, axis=1)
    return rows[one], rows[other]


def least_likeness(looks: Floats) -> float:
    """Return how alike two images have to look: as alike as strangers of this data set are once in 1e10 pairs.

    Photographs of one scene are the same from 0.75 on, while among handwritten digits two of different hands reach
    0.95. In Fisher's z, the upper tail of pairs drawn at random falls about exponentially: it is drawn on from where
    one in five, and one in twenty, lie above, which a data set full of duplicates changes little.
    """
    sample = looks[:: max(1, len(looks) // _SAMPLE)]
    alike = (sample @ sample.T)[np.triu_indices(len(sample), 1)]
    twentieth, slope = _LEAST
    if len(alike) >= _ENOUGH:
        fifth, found = np.arctanh(np.clip(np.quantile(alike, [0.8, 0.95]), -0.999, 0.999))
        twentieth, slope = max(twentieth, found), max(slope, (found - fifth) / np.log(0.2 / 0.05))
    return float(np.tanh(twentieth + slope * np.log(0.05 / _CHANCE)))


def _candidates(hashes: npt.NDArray[np.uint64]) -> Iterator[tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]]:
    """Yield pairs whose hashes differ in few bits; some more than once.

    Cut into `FAR + 2` bands, two hashes that differ in no more than `FAR` bits have two bands in common: for every two
    bands, images are sorted by them, and those with the same ones compared. Of n images that is n^2 / 2^13 pairs and
    less for each choice.
    """
    edges = np.linspace(0, BITS, _BANDS + 1).round().astype(np.uint64)
    one = np.uint64(1)
    masks = [(one << high - low) - one << low for low, high in itertools.pairwise(edges)]
    for two in itertools.combinations(masks, 2):
        keys = hashes & (two[0] | two[1])
        order = np.argsort(keys, kind="stable")
        keys, sorted_hashes = keys[order], hashes[order]
        places = np.arange(len(keys) - 1)
        for offset in range(1, _NEXT + 1):
            places = places[: np.searchsorted(places, len(keys) - offset)]
            places = places[keys[places] == keys[places + offset]]
            if len(places) == 0:
                break
            near = places[_num_bits(sorted_hashes[places] ^ sorted_hashes[places + offset]) <= FAR]
            yield order[near], order[near + offset]


def _num_bits(words: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Return how many bits of each word are set; NumPy has this from 2.0 on."""
    pairs, fours, eights, ones = (
        np.uint64(0x5555555555555555), np.uint64(0x3333333333333333), np.uint64(0x0F0F0F0F0F0F0F0F),
        np.uint64(0x0101010101010101),
    )  # fmt: skip
    words = words - (words >> np.uint64(1) & pairs)
    words = (words & fours) + (words >> np.uint64(2) & fours)
    return (words + (words >> np.uint64(4)) & eights) * ones >> np.uint64(56)


def _joined(equal: Ints, first: npt.NDArray[np.intp], second: npt.NDArray[np.intp]) -> Ints:
    """Join pairs and groups to groups."""
    from scipy.sparse import coo_array  # takes a moment, which reading what is kept saves
    from scipy.sparse.csgraph import connected_components

    members = np.flatnonzero(equal >= 0)
    heads = np.full(equal.max(initial=-1) + 1, -1)
    heads[equal[members[::-1]]] = members[::-1]  # the first of each group
    first, second = np.concatenate([first, members]), np.concatenate([second, heads[equal[members]]])
    links = coo_array((np.ones(len(first), bool), (first, second)), shape=(len(equal), len(equal)))
    return _numbered(connected_components(links, directed=False)[1])


def _numbered(groups: npt.NDArray[np.integer]) -> Ints:
    """Number the groups of more than one in the order in which they come; -1 for what is alone."""
    numbers, counts = np.unique(groups, return_index=True)[1], np.bincount(groups)
    is_group = counts > 1
    new = np.full(len(counts), -1, np.int32)
    order = np.argsort(numbers[is_group], kind="stable")
    new[np.flatnonzero(is_group)[order]] = np.arange(len(order))
    numbered: Ints = new[groups]
    return numbered
