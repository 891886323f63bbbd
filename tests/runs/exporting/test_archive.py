"""Exported runs answer as the runs do, wherever they are and whatever became of what they were made of."""

import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch

from cnnlab.base.errors import ConfigError
from cnnlab.building.saved_network import load_network
from cnnlab.outputs.exported import opened_run
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.runs.exporting.archive import write_archive
from cnnlab.runs.run import execute
from cnnlab.runs.saved_config import saved_config
from tests.conftest import tiny, tiny_transfer

pytestmark = pytest.mark.usefixtures("in_empty_folder")


def export(config, file):
    folder = execute(config).folder
    write_archive(folder, saved_config(folder, None), Path(file))
    return folder


def scores_of(folder):
    trained = load_network(folder, saved_config(folder, None))
    draw = np.random.default_rng(0)
    size = trained.images.stored_size
    pixels = torch.from_numpy(draw.integers(0, 256, (3, trained.images.channels, size, size), dtype=np.uint8))
    with torch.inference_mode():
        return trained.network(trained.images.prepare(pixels))


def check_export_answers_as_the_run(config, *gone):
    folder = export(config, "e.zip")
    expected = scores_of(folder)
    for path in ("outputs", *gone):
        shutil.move(path, f"{path}-gone")
    with opened_run("e.zip") as run:
        torch.testing.assert_close(scores_of(run), expected, rtol=0, atol=0)


def test_network_that_was_trained_whole():
    check_export_answers_as_the_run(tiny("epochs=1"))


@pytest.mark.parametrize("layer", ["penultimate", "last"])
def test_head_on_a_frozen_backbone_whose_weights_file_is_gone(layer, imagenet_file):
    shutil.copy(imagenet_file, "w.pth")
    network = ("backbone=squeezenet1_1", "backbone.weights=w.pth", f"backbone.layer={layer}")
    check_export_answers_as_the_run(tiny_transfer(*network, "head=svm"), "w.pth")


def test_zero_shot_without_the_file_that_says_what_stands_for_a_class(imagenet_file):
    Path("m.yaml").write_text("'0': [1, 2]\n'1': [3]\n'2': [7]\n")
    network = ("backbone=squeezenet1_1", "backbone.weights=imagenet", "transfer=zero_shot")
    check_export_answers_as_the_run(tiny_transfer(*network, "transfer.mapping=m.yaml"), "m.yaml", "hub")


@pytest.mark.parametrize("transfer", ["features", "finetune"])
def test_run_on_a_run_brings_that_one_along(transfer):
    first = execute(tiny("epochs=1", "dataset.image_size=32")).folder
    head = "svm" if transfer == "features" else "linear"
    network = ("backbone=run", f"backbone.weights={first.path}", f"transfer={transfer}", f"head={head}")
    epochs = () if transfer == "features" else ("epochs=1",)
    check_export_answers_as_the_run(tiny_transfer(*network, *epochs))


def test_file_has_the_same_bytes_each_time_and_names_no_folder_of_whoever_made_it(in_empty_folder):
    folder = export(tiny_transfer("head=svm"), "a.zip")
    write_archive(folder, saved_config(folder, None), Path("b/a.zip"))
    assert Path("a.zip").read_bytes() == Path("b/a.zip").read_bytes()
    with zipfile.ZipFile("a.zip") as archive:
        names = ["README.md", "checkpoints/best.pt", "config.yaml", "env.json", "overrides.txt", "summary.json"]
        assert archive.namelist() == names
        texts = b"".join(archive.read(name) for name in names if not name.endswith(".pt"))
    assert str(in_empty_folder).encode() not in texts
    assert b'"host"' not in texts


def test_run_with_plugins_is_refused():
    folder = RunFolder(execute(tiny("epochs=1")).folder.path)
    Path("mine.py").write_text("x = 1")
    config = saved_config(folder, None)
    config = type(config)(**{**vars(config), "plugins": (Path("mine.py"),)})
    message = r"^run: cnn6-\S+ was trained with plugins, which are code; a file to give away holds none\. Give away its"
    with pytest.raises(ConfigError, match=message):
        write_archive(folder, config, Path("e.zip"))
    assert not Path("e.zip").exists()
