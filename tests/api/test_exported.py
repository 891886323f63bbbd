"""A run out of the file that was given away, without the rest of its folder."""

import errno
import gc
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch

from cnnlab.api.exported import ExportedRun
from cnnlab.api.finding import load
from cnnlab.api.run import Run
from cnnlab.base.errors import ConfigError, RunError
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.runs.exporting.archive import write_archive
from cnnlab.runs.run import execute
from cnnlab.runs.saved_config import saved_config
from tests.conftest import tiny


@pytest.fixture
def run(folder):
    """A run of one epoch, beside what was exported of it: mine.zip, and unpacked mine/."""
    found = RunFolder(execute(tiny("epochs=1")).folder.path.absolute())
    write_archive(found, saved_config(found, None), folder / "mine.zip")
    with zipfile.ZipFile("mine.zip") as archive:
        archive.extractall("mine")
    return Run(found)


@pytest.mark.parametrize("name", ["mine.zip", "mine"])
def test_file_and_unpacked_folder_answer_as_the_run_does(run, name):
    given = load(name, plugins=None)
    assert isinstance(given, ExportedRun)
    assert (given.id, given.status, given.folder) == ("mine", "finished", Path(name).absolute())
    assert given.summary["test"] == run.summary["test"]
    image = np.zeros((8, 8, 3), np.uint8)
    assert given.predict(image, device="cpu").equals(run.predict(image, device="cpu"))
    pixels = torch.zeros(1, 3, 8, 8, dtype=torch.uint8)
    assert torch.equal(given.model(pixels), run.model(pixels))
    assert "<table" in given._repr_html_()


@pytest.mark.usefixtures("run")
@pytest.mark.parametrize(
    ("asked", "what"),
    [
        (lambda given: given.metrics, "metrics"),
        (lambda given: given.predictions, "predictions"),
        (lambda given: given.plot(), "plot"),
        (lambda given: given.plot("roc"), "plot\\('roc'\\)"),
    ],
)
def test_what_was_left_behind_is_said(asked, what):
    with pytest.raises(
        ConfigError, match=rf"^{what}: was left behind when 'mine\.zip' was exported\. Take \.summary, \.m"
    ):
        asked(load("mine.zip", plugins=None))


@pytest.mark.usefixtures("run")
def test_what_was_unpacked_goes_with_the_run(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "above"))
    (tmp_path / "above").mkdir()
    given = load("mine.zip", plugins=None)
    assert len(list((tmp_path / "above").iterdir())) == 1
    del given
    gc.collect()
    assert list((tmp_path / "above").iterdir()) == []


@pytest.mark.usefixtures("run")
def test_damaged_file_leaves_nothing_behind(tmp_path, monkeypatch):
    whole = Path("mine.zip").read_bytes()
    place = whole.index(b"best.pt") + 200
    Path("broken.zip").write_bytes(whole[:place] + b"x" * 200 + whole[place + 200 :])
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "above"))
    (tmp_path / "above").mkdir()
    with pytest.raises(ConfigError, match=r"^run: '.*broken\.zip' is damaged \(.*\)\. Get it again\.$"):
        load("broken.zip", plugins=None)
    assert list((tmp_path / "above").iterdir()) == []


@pytest.mark.usefixtures("run")
def test_full_disk_is_said_and_leaves_nothing_behind(tmp_path, monkeypatch):
    def fill(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "above"))
    (tmp_path / "above").mkdir()
    monkeypatch.setattr("shutil.copyfileobj", fill)
    with pytest.raises(RunError, match=r"cnnlab-\w+: no space left on the disk\. "):
        load("mine.zip", plugins=None)
    assert list((tmp_path / "above").iterdir()) == []


def test_graph_alone_is_no_run():
    Path("my model.onnx").touch()
    with pytest.raises(
        ConfigError, match=r"^run: 'my model\.onnx' holds a graph .*: cnnlab predict 'my model\.onnx' I"
    ):
        load("my model.onnx", plugins=None)
