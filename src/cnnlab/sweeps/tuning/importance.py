"""How much each setting of a space matters, with what a few trials leave open about it.

Trees are grown on resampled trials, which they order by accuracy. Of the variance of what a tree predicts all over the
space, a setting has the share that is left when the others are averaged over.    fANOVA: Hutter et al. 2014, ICML

Few trials show importance where there is none. So the same is done with accuracies that were shuffled among the trials:
what these show at most is what chance shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cnnlab.base.metrics import Floats
from cnnlab.sweeps.tuning.design import Tried
from cnnlab.sweeps.tuning.space import Axis, Choice, Space

LEAST = 10
"""Trials under which nothing is said."""
_TREES, _SHUFFLES, _TREES_SHUFFLED = 60, 20, 15
_DRAWN = 40  # points of the space over which the other settings are averaged
_LEAF = 2  # trials that a tree keeps together


@dataclass(frozen=True)
class Importance:
    """How much a setting matters."""

    key: str
    share: float
    """Of the variance of the trials' order, in [0, 1]: its own, without what it does together with others."""
    low: float
    """Between this and the next lie 95 % of the trees."""
    high: float
    chance: float
    """The highest share that shuffled accuracies gave it."""

    @property
    def is_clear(self) -> bool:
        """Whether it is more than chance shows."""
        return self.share > self.chance


def importances(space: Space, tried: Sequence[Tried]) -> list[Importance]:
    """Return the importance of each setting, the largest first; none where there are too few trials.

    Args:
        space: of the trials.
        tried: those that are finished or diverged count.
    """
    known = [one for one in tried if one.accuracy is not None or one.status == "diverged"]
    if len(known) < LEAST:
        return []
    places = np.array([[_place(axis, one.trial.values.get(key)) for key, axis in space.axes.items()] for one in known])
    ranks = _ranks([0.0 if one.accuracy is None else one.accuracy for one in known])
    draw = np.random.default_rng(0)
    shares = _shares(places, ranks, _TREES, draw)
    shuffled = np.array(
        [_shares(places, draw.permutation(ranks), _TREES_SHUFFLED, draw).mean(axis=0) for _ in range(_SHUFFLES)]
    )
    low, high = np.quantile(shares, (0.025, 0.975), axis=0)
    found = [
        Importance(key, float(shares[:, k].mean()), float(low[k]), float(high[k]), float(shuffled[:, k].max()))
        for k, key in enumerate(space.axes)
    ]
    return sorted(found, key=lambda one: -one.share)


def _place(axis: Axis, text: str | None) -> float:
    """Return where a value lies, -1 where a run does not have the key."""
    if text is None:
        return -1.0
    return float(axis.values.index(text)) if isinstance(axis, Choice) else axis.place(text)


def _ranks(accuracies: Sequence[float]) -> Floats:
    from scipy import stats  # takes a while, and a sweep that is begun needs none of it

    ranks: Floats = stats.rankdata(accuracies)
    return ranks


def _shares(places: Floats, ranks: Floats, num_trees: int, draw: np.random.Generator) -> Floats:
    """Return the shares that trees give the settings: (trees, settings)."""
    from sklearn.tree import DecisionTreeRegressor  # likewise

    found = np.zeros((num_trees, places.shape[1]))
    for row in found:
        chosen = draw.integers(len(places), size=len(places))
        tree = DecisionTreeRegressor(min_samples_leaf=_LEAF, random_state=int(draw.integers(2**31)))
        tree.fit(places[chosen], ranks[chosen])
        row[:] = _shares_of(tree, places, draw)
    return found


def _shares_of(tree: object, places: Floats, draw: np.random.Generator) -> Floats:
    """Return what each setting alone has of the variance of a tree's predictions over the space."""
    num, num_settings = places.shape
    drawn = np.stack([draw.choice(places[:, k], _DRAWN) for k in range(num_settings)], axis=1)
    shares = np.zeros(num_settings)
    for k in range(num_settings):
        points = np.repeat(drawn[None], num, axis=0)  # (trials, drawn, settings)
        points[:, :, k] = places[:, k, None]
        predicted = tree.predict(points.reshape(-1, num_settings)).reshape(num, _DRAWN)  # type: ignore[attr-defined]
        total = float(np.var(predicted))
        shares[k] = float(np.var(predicted.mean(axis=1))) / total if total > 0 else 0.0
    return shares
