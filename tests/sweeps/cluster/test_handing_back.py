"""Folders of runs as bytes."""

import pytest

from cnnlab.base.errors import Busy
from cnnlab.outputs.lock import held
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.sweeps.cluster.handing_back import unpack_run
from cnnlab.sweeps.cluster.shipping import read_files
from tests.run_maker import write_run


def test_run_arrives_as_it_was_and_takes_the_place_of_what_lay_there(tmp_path):
    run = RunFolder(write_run(tmp_path / "node"))
    run.lock.touch()
    (run.path / ".metrics.csv-host-1-0123abcd.part").touch()
    here = RunFolder(tmp_path / "here" / run.run_id)
    here.write_json("error.txt", {})
    files = read_files(run.path)
    unpack_run(here, files)
    assert read_files(here.path) == files
    assert not any(name.startswith(".") for name in files)


def test_status_arrives_last(tmp_path, monkeypatch):
    """A process that is killed while it unpacks leaves no run that says it is finished."""
    written = []
    monkeypatch.setattr("pathlib.Path.replace", lambda self, target: written.append(target.name))
    unpack_run(RunFolder(tmp_path / "run"), {"status.json": b"{}", "zeal.txt": b"", "a.txt": b""})
    assert (len(written), written[-1]) == (3, "status.json")


def test_run_that_is_trained_here_is_left_alone(tmp_path):
    folder = RunFolder(tmp_path / "run")
    with held(folder), pytest.raises(Busy, match="run: is being trained by another process"):
        unpack_run(RunFolder(folder.path), {"status.json": b"{}"})
