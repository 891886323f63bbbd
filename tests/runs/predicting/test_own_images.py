import dataclasses
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnnlab.config.load import load
from cnnlab.config.run_config import with_whole_paths
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.runs.predicting.own_images import OwnImages, own_images
from tests.conftest import composed, tiny

pytestmark = pytest.mark.usefixtures("in_empty_folder")


@pytest.fixture
def config():
    draw = np.random.default_rng(0)
    for name in ("cats", "dogs"):
        Path("photos", name).mkdir(parents=True)
        for i in range(3):
            Image.fromarray(draw.integers(0, 256, (4, 4, 3), dtype=np.uint8)).save(f"photos/{name}/{i}.png")
    return with_whole_paths(load(composed("dataset=image_folder", "dataset.root=photos")))


def run(*tested):
    folder = RunFolder(Path("run"))
    folder.write_predictions(("index", "file"), [{"index": i, "file": file} for i, file in enumerate(tested)])
    return folder


def test_images_are_known_by_their_bytes_wherever_they_lie(config):
    Path("copy.png").write_bytes(Path("photos/dogs/1.png").read_bytes())
    Path("other.png").write_bytes(Path("photos/dogs/1.png").read_bytes()[:-1] + b"x")
    files = [Path("photos/cats/0.png"), Path("copy.png"), Path("other.png"), Path("photos/cats/2.png")]
    assert own_images(config, run("cats/2.png"), files) == OwnImages(frozenset({0, 1}), frozenset({3}))


def test_without_predictions_all_count_as_learnt(config):
    assert own_images(config, RunFolder(Path("run")), [Path("photos/cats/0.png")]).learnt == {0}


def test_where_the_images_are_gone_or_no_files_nothing_is_known(config):
    files = [Path("photos/cats/0.png")]
    there = config.dataset
    relative = dataclasses.replace(there, options={**there.options, "root": Path("photos")})
    assert own_images(dataclasses.replace(config, dataset=relative), run(), files) is None  # of an export
    assert own_images(tiny(), run(), files) is None
    Path("photos").rename("gone")
    assert own_images(config, run(), [Path("gone/cats/0.png")]) is None
