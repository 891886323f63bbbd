import pytest

from cnnlab.outputs.lock import held
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.standing import goes_on, standing
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


def test_run_of_another_machine_runs_as_long_as_it_is_held(folder):
    write_status(folder, "running")
    folder.write_json("status.json", {**read_status(folder), "pid": NO_PROCESS, "host": "elsewhere"})
    with held(folder):
        assert standing(folder) == "running"
    assert standing(folder) == "died"


def test_run_that_has_said_nothing_runs_while_it_is_held(folder):
    with held(folder):
        assert standing(folder) == "running"
    folder.path.mkdir()
    folder.lock.touch()
    assert standing(folder) == "died"


@pytest.mark.parametrize(
    "change", [{"pid": "x"}, {"pid": [1]}, {"pid": None}, {"status": "x"}, {"status": 1}, {"status": ["finished"]}]
)
def test_run_whose_status_makes_no_sense_is_damaged(folder, change):
    write_status(folder, "running")
    folder.write_json("status.json", {**read_status(folder), **change})
    assert standing(folder) == "damaged"


def test_process_of_a_number_that_none_has_is_gone(folder):
    write_status(folder, "running")
    folder.write_json("status.json", {**read_status(folder), "pid": 10**30})
    assert standing(folder) == "died"


def test_sweep_goes_on_at_a_study_while_its_process_is_there(folder):
    assert not goes_on(folder)
    write_status(folder, "running")
    assert goes_on(folder)
    said = read_status(folder)
    for change, is_there in (({"pid": NO_PROCESS}, False), ({"pid": "x"}, False), ({"host": "other", "pid": 1}, True)):
        folder.write_json("status.json", {**said, **change})
        assert goes_on(folder) is is_there
    write_status(folder, "interrupted")
    assert not goes_on(folder)
