from __future__ import annotations

from pathlib import Path

import pytest
import torch

from cnnlab.base.errors import ConfigError
from cnnlab.base.schema import check_options
from cnnlab.data.storage import Storage
from cnnlab.data.synthetic import synthetic


def storage(tmp_path: Path, image_size: int | None = None) -> Storage:
    return Storage(tmp_path / "data", tmp_path / "cache", image_size)


def test_synthetic_has_the_images_asked_for(tmp_path):
    source = synthetic(storage(tmp_path), num_images=601, num_classes=3, channels=1)
    assert source.train.images.shape == (601, 1, 32, 32)
    assert torch.bincount(source.train.labels).tolist() == [201, 200, 200]
    assert source.classes == ("0", "1", "2")
    assert source.test is None
    assert synthetic(storage(tmp_path, 16), num_images=4).train.images.shape == (4, 3, 16, 16)


def test_synthetic_is_the_same_every_time(tmp_path):
    first, second = (synthetic(storage(tmp_path), num_images=300) for _ in range(2))
    assert torch.equal(first.train.images, second.train.images)
    assert not torch.equal(first.train.images[0], first.train.images[10])  # of one class


def test_synthetic_classes_can_be_learned_but_not_from_single_pixels(tmp_path):
    train = synthetic(storage(tmp_path), num_images=1000, num_classes=5, channels=1).train
    pixels = train.images[:, 0].float()
    spectrum = torch.fft.fft2(pixels - pixels.mean((1, 2), keepdim=True)).abs()

    def accuracy(features: torch.Tensor) -> float:
        """Of the nearest class mean of the first half, on the second half."""
        means = torch.stack([features[:500][train.labels[:500] == label].mean(0) for label in range(5)])
        return float((torch.cdist(features[500:], means).argmin(1) == train.labels[500:]).float().mean())

    assert accuracy(spectrum.flatten(1)) > 0.9
    assert accuracy(pixels.flatten(1)) < 0.5


def test_synthetic_takes_two_classes_or_more():
    _, problems = check_options("dataset", "synthetic", synthetic, {"num_classes": 1, "channels": 2})
    assert problems == ["dataset.num_classes: must be >= 2, got 1.", "dataset.channels: unknown '2'. Known: 1, 3."]


def test_synthetic_has_as_many_names_as_classes(tmp_path):
    assert synthetic(storage(tmp_path), num_classes=2, class_names=("ant", "bee")).classes == ("ant", "bee")
    message = r"^dataset\.class_names: must be dataset\.num_classes \(3\) names, got \['ant', 'bee'\]\.$"
    with pytest.raises(ConfigError, match=message):
        synthetic(storage(tmp_path), num_classes=3, class_names=("ant", "bee"))
