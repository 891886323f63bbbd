"""Images that a finished run was tested on."""

import sys

import numpy as np
import pytest
from PIL import Image

from cnnlab.base.errors import ConfigError, RunError
from cnnlab.config.load import load
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.runs.pictures import pictures_of
from cnnlab.runs.run import execute
from tests.conftest import composed, tiny
from tests.runs.trained import only_run

pytestmark = pytest.mark.usefixtures("in_empty_folder")


def image_folder(root):
    """Write ten images of each of two classes, which are wide and of one colour each."""
    for label, name in enumerate(("ant", "bee")):
        (root / name).mkdir(parents=True)
        for number in range(10):
            Image.new("RGB", (60, 40), (100 * label, 20 * number, 0)).save(root / name / f"{number}.png")
    return ("dataset=image_folder", f"dataset.root={root}", "workers=0", "epochs=0", "batch_size=8", "model.width=0.05")


def test_images_are_those_that_the_run_kept_as_its_mistakes():
    with np.load(execute(tiny("epochs=0", "dataset.classes=['1','0']")).folder.mistakes) as kept:
        found = pictures_of(only_run(), kept["index"].tolist())
        np.testing.assert_array_equal(found, kept["images"])


def test_images_of_files_are_cut_as_the_run_cut_them(tmp_path):
    execute(load(composed(*image_folder(tmp_path / "root"), "dataset.image_size=16")))
    with np.load(only_run().mistakes) as kept:
        np.testing.assert_array_equal(pictures_of(only_run(), kept["index"].tolist()), kept["images"])


def test_images_of_files_are_read_without_torch_at_their_own_height(tmp_path, monkeypatch):
    folder = RunFolder(tmp_path / "run")
    image_folder(tmp_path / "root")
    folder.write_config({"dataset": {"name": "image_folder", "root": str(tmp_path / "root")}, "data_dir": "data"}, [])
    folder.write_rows("predictions.csv", ["index", "target", "file"], [{"target": "bee", "file": "bee/3.png"}])
    monkeypatch.setitem(sys.modules, "torch", None)
    (image,) = pictures_of(folder, [0])
    assert image.shape == (3, 40, 40)
    assert image[:, 20, 20].tolist() == [100, 60, 0]


def test_image_file_that_is_gone_is_told(tmp_path):
    folder = execute(load(composed(*image_folder(tmp_path / "root"), "dataset.image_size=16"))).folder
    for path in (tmp_path / "root").rglob("*.png"):
        path.unlink()
    with pytest.raises(ConfigError, match=r"^dataset\.root: cannot be read, '\S+\.png' \(not there\)\.$"):
        pictures_of(folder, [0])


def test_data_that_is_not_what_the_run_was_tested_on_is_refused():
    folder = execute(tiny("epochs=0")).folder
    plain = folder.read_config()
    plain["dataset"]["split_seed"] = 1
    folder.write_config(plain, [])
    with pytest.raises(ConfigError, match=r"^dataset \(synthetic\): is not what the run was tested on\.$"):
        pictures_of(folder, [0])


@pytest.mark.parametrize(("content", "told"), [(None, "No such file"), (b"index\n0\n", "no column target")])
def test_damaged_predictions_are_told(content, told):
    folder = execute(tiny("epochs=0")).folder
    folder.predictions.unlink() if content is None else folder.predictions.write_bytes(content)
    with pytest.raises(RunError, match=rf"predictions\.csv: cannot be read, .*{told}"):
        pictures_of(folder, [0])
