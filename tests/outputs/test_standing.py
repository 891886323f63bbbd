import pytest

from cnnlab.outputs.lock import held
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.standing import standing
from cnnlab.outputs.status import read_status, write_status

NO_PROCESS = 2**22 + 1  # more than Linux gives


@pytest.fixture
def folder(tmp_path):
    return RunFolder(tmp_path / "run")


def test_run_that_was_not_begun_waits(folder):
    assert standing(folder) == "waiting"


@pytest.mark.parametrize("state", ["running", "finished", "failed", "diverged", "interrupted", "pruned"])
def test_run_stands_as_it_says(folder, state):
    write_status(folder, state)
    assert standing(folder) == state


def test_run_whose_process_is_gone_has_died(folder):
    write_status(folder, "running")
    folder.write_json("status.json", {**read_status(folder), "pid": NO_PROCESS})
    assert standing(folder) == "died"


def test_run_of_another_machine_is_believed(folder):
    write_status(folder, "running")
    folder.write_json("status.json", {**read_status(folder), "pid": NO_PROCESS, "host": "elsewhere"})
    assert standing(folder) == "running"


def test_run_that_has_said_nothing_runs_while_it_is_held(folder):
    with held(folder):
        assert standing(folder) == "running"
    folder.path.mkdir()
    folder.lock.touch()
    assert standing(folder) == "died"
