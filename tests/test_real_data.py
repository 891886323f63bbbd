"""The command line on real image folders, from the files to the summary."""

import pytest

from tests.conftest import cnnlab
from tests.runs.trained import only_run

pytestmark = pytest.mark.usefixtures("in_empty_folder")

SMALL = ("model=plain_cnn", "model.width=0.25", "plots=false")


def test_photographs_of_many_sizes_are_trained_on(real_data):
    root = f"dataset.root={real_data / 'hymenoptera'}"
    done = cnnlab("dataset=image_folder", root, "dataset.image_size=128", "batch_size=32", "epochs=1", *SMALL)
    assert (done.returncode, done.stderr) == (0, "")
    assert "data     image_folder hymenoptera: 221 train, 24 validation, 153 test images" in done.stdout
    assert "folder 'val' is the test split, there is no other" in done.stdout
    assert only_run().read_json("summary.json")["classes"] == ["ants", "bees"]


def test_sixty_thousand_files_are_decoded_once(real_data, in_empty_folder):
    root = f"dataset.root={real_data / 'cifar10_jpeg'}"
    command = ("dataset=image_folder", root, "dataset.image_size=32", "dataset.per_class=100", *SMALL)
    first = cnnlab(*command, "epochs=1")
    assert (first.returncode, first.stderr) == (0, "")
    assert "decoding images: 60,000 of 60,000" in first.stdout
    assert "data     image_folder cifar10_jpeg: 1,000 train, 5,000 validation, 10,000 test images" in first.stdout
    second = cnnlab(*command, "epochs=1", "seed=1")
    assert second.returncode == 0
    assert "decoding" not in second.stdout
