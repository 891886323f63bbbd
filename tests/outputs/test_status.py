import os

import pytest

from cnnlab.outputs.files import Folder, write_text
from cnnlab.outputs.status import correct_status, read_status, said_at, write_status


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path / "run")


def test_run_says_who_is_at_it(folder):
    write_status(folder, "running")
    status = read_status(folder)
    assert (status["status"], status["pid"]) == ("running", os.getpid())
    assert set(status) == {"status", "pid", "host", "started"}


def test_status_keeps_when_the_run_started(folder):
    write_status(folder, "running")
    started = read_status(folder)["started"]
    write_status(folder, "finished", epoch=3)
    status = read_status(folder)
    assert (status["status"], status["started"], status["epoch"]) == ("finished", started, 3)
    assert status["ended"] >= started


def test_status_that_is_missing_or_cut_off_says_nothing(folder):
    assert (read_status(folder), said_at(folder)) == ({}, None)
    write_text(folder.path / "status.json", '{"status": "run')
    assert read_status(folder) == {}
    assert said_at(folder) == (folder.path / "status.json").stat().st_mtime


def test_corrected_status_keeps_what_was_said_before(folder):
    write_status(folder, "running")
    before = read_status(folder)
    correct_status(folder, "failed", error="no memory")
    assert read_status(folder) == before | {"status": "failed", "error": "no memory"}
