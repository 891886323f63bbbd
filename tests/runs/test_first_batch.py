"""The first batch as it is shown: what training begins with, made without a trace."""

import numpy as np
import pytest
import torch

from cnnlab.outputs.first_batch import read_first_batch
from cnnlab.runs.first_batch import first_batch
from cnnlab.runs.run import execute
from tests.conftest import built, tiny, tiny_transfer
from tests.runs.trained import metrics_without_times, weights

pytestmark = pytest.mark.usefixtures("in_empty_folder")


def shown(config):
    parts = built(config)
    return first_batch(config, parts.data, parts.images), parts


@pytest.mark.parametrize("augmentation", ["none", "flip_crop", "random_resized_crop"])
def test_first_batch_is_what_training_begins_with(augmentation):
    config = tiny(f"augmentation={augmentation}", "batch_size=30")
    found, parts = shown(config)
    learning, normalization = parts.learning, parts.images.normalization
    piece = next(iter(parts.train.epoch(0, seed=0, augmentation=learning.augmentation)))
    mean, std = (torch.tensor(values).view(-1, 1, 1) for values in (normalization.mean, normalization.std))
    pixels = 255 * (piece.images[:24] * std + mean)
    np.testing.assert_allclose(found.images, pixels.numpy(), atol=0.51)
    assert found.captions == [parts.data.classes[label] for label in piece.targets[:24]]
    assert found.size == 8


def test_mixed_images_name_both_classes_with_the_part_of_the_first():
    found, _ = shown(tiny("augmentation=mixup"))
    assert any(len(caption.split(" %, ")) == 2 for caption in found.captions)


def test_large_images_are_kept_smaller_and_say_what_they_were():
    found, _ = shown(tiny("dataset.image_size=160"))
    assert (found.images.shape, found.size) == ((24, 3, 128, 128), 160)


def test_images_of_a_frozen_backbone_are_shown_as_it_gets_them():
    found, parts = shown(tiny_transfer("head=svm"))
    assert found.images.shape == (24, 3, 32, 32)
    assert {*found.captions} == {*parts.data.classes}


def test_fewer_images_are_all_shown():
    found, _ = shown(tiny("dataset.per_class=3", "batch_size=4"))
    assert len(found.images) == len(found.captions) == 9


def test_run_with_pictures_keeps_it_and_results_in_the_same():
    plain = execute(tiny("augmentation=flip_crop"))
    before = metrics_without_times(plain.folder), weights(plain.folder)
    assert not plain.folder.first_batch.exists()
    drawn = execute(tiny("augmentation=flip_crop", "plots=true", "rerun=true"))
    assert drawn.folder.run_id == plain.folder.run_id
    assert metrics_without_times(drawn.folder) == before[0]
    torch.testing.assert_close(weights(drawn.folder), before[1], rtol=0, atol=0)
    assert read_first_batch(drawn.folder).images.shape == (24, 3, 8, 8)
