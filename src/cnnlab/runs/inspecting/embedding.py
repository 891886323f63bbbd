"""Features of many numbers drawn in two: principal components, and UMAP where it is installed."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

from cnnlab.base.metrics import Floats

INSTALL = "pip install 'cnnlab[inspect]'"
"""What brings UMAP."""
_NEIGHBORS = 15  # UMAP's own default
_SEED = 0  # the same features lie at the same places


@dataclass(frozen=True)
class Embedding:
    """Where images lie by their features."""

    method: str
    points: Floats
    """(N, 2)"""
    note: str
    """How far it can be trusted."""


def embeddings(features: NDArray[np.float32], tell: Callable[[str], None]) -> tuple[list[Embedding], str | None]:
    """Return the embeddings that can be had of features (N, D), and what is to be installed for more.

    Args:
        features: of at least two images, of which no number is infinite.
        tell: told of what takes long.
    """
    from sklearn.decomposition import PCA  # takes a second to import

    pca = PCA(n_components=min(2, *features.shape), random_state=_SEED)
    points = np.zeros((len(features), 2))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # where all features are equal, no share of the variance is one of nothing
        points[:, : pca.n_components] = pca.fit_transform(features.astype(np.float64))
    share = float(np.nan_to_num(pca.explained_variance_ratio_).sum())
    note = f"Two directions hold {100 * share:.0f} % of the variance of {features.shape[1]:,} features."
    found = [Embedding("PCA", points, note)]
    if find_spec("umap") is None:
        return found, f"UMAP shows groups that PCA lays over each other; it needs umap-learn: {INSTALL}"
    if len(features) > _NEIGHBORS:
        tell("embedding with UMAP")
        found.append(Embedding("UMAP", _umap(features), "Near means alike; distances between groups mean little."))
    return found, None


def _umap(features: NDArray[np.float32]) -> Floats:
    """McInnes et al. 2018, arXiv:1802.03426, with the library's own settings."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of numba, of graphs that fall apart, and of one thread, which a seed wants
        from umap import UMAP

        points: Floats = UMAP(n_neighbors=_NEIGHBORS, random_state=_SEED, n_jobs=1).fit_transform(features)
    return points.astype(np.float64)
