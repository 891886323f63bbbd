"""A few images in place of all, for an estimate."""

from pathlib import Path

import torch

from cnnlab.data.stores import Store
from cnnlab.runs.feature_samples import FeatureSamples


class Counting:
    """Computes the row numbers as features, a second an image; counts the images."""

    def __init__(self):
        self.seen = []

    def compute(self, store, rows):
        self.seen.append(len(rows))
        return rows[:, None].float(), float(len(rows))


STORE = Store("images", torch.zeros(20, 1, 2, 2, dtype=torch.uint8))


def test_a_few_images_stand_for_the_others_over_and_over(monkeypatch):
    monkeypatch.setattr("cnnlab.runs.feature_samples.SAMPLE", 5)
    extraction = Counting()
    features, seconds = FeatureSamples()(extraction, Path("features.npy"), STORE, torch.arange(18))
    assert extraction.seen == [1, 5]  # one to warm up
    assert features.flatten().tolist() == [0.0, 4.0, 8.0, 12.0, 16.0] * 3 + [0.0, 4.0, 8.0]
    assert seconds == 18


def test_runs_with_the_same_features_share_a_sample():
    samples, extraction = FeatureSamples(), Counting()
    for name in ("a", "b", "a"):
        samples(extraction, Path(name), STORE, torch.arange(4))
    assert extraction.seen == [1, 4, 1, 4]
