import errno

import pytest

from cnnlab.base.errors import Interrupted, RunError
from cnnlab.base.stopping import Stop
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.status import read_status
from cnnlab.runs.endings import recorded
from cnnlab.runs.run import execute
from cnnlab.runs.run_context import RunContext
from cnnlab.training.engine import training
from tests.conftest import interrupted_after, stopped_after, tiny
from tests.runs.trained import only_run

pytestmark = pytest.mark.usefixtures("in_empty_folder")


def test_run_whose_output_no_one_reads_any_more_counts_as_interrupted(tmp_path):
    folder = RunFolder(tmp_path / "run")
    with pytest.raises(SystemExit, match=r"^1$"), recorded(folder, lambda: 3, print, Stop()):
        raise SystemExit(1)
    assert read_status(folder)["status"] == "interrupted"


def test_ctrl_c_of_which_a_library_makes_another_error_is_an_interruption(tmp_path):
    stop, folder = Stop(), RunFolder(tmp_path / "run")
    stop.is_wanted = True
    with pytest.raises(Interrupted, match=r"^$"), recorded(folder, lambda: 3, print, stop):
        raise ImportError("initialization failed")
    assert read_status(folder)["status"] == "interrupted"
    assert "initialization failed" in folder.error.read_text()


@pytest.mark.parametrize("epochs", [1, 2])
def test_wish_to_stop_is_looked_at_after_each_epoch_and_nothing_done_is_lost(epochs, monkeypatch, capsys):
    stop = Stop()

    def wish(*args, **kwargs):
        for record in training(*args, **kwargs):
            stop.is_wanted = record is not None and record.epoch == epochs
            yield record

    monkeypatch.setattr("cnnlab.training.learning.training", wish)
    with pytest.raises(Interrupted, match=r"^$"):
        execute(tiny("epochs=4"), context=RunContext(stop=stop))
    assert f"interrupted after epoch {epochs}; what is done is kept" in capsys.readouterr().out
    assert only_run().load_checkpoint("last.pt")["epoch"] == epochs


def test_wish_from_before_the_run_ends_it_before_anything_is_read_or_written(in_empty_folder, reads):
    stop = Stop()
    stop.is_wanted = True
    with pytest.raises(KeyboardInterrupt, match=r"^$"):
        execute(tiny(), context=RunContext(stop=stop))
    assert reads == []
    assert list(in_empty_folder.iterdir()) == []


def test_interrupted_run_says_how_to_go_on(capsys):
    with interrupted_after(1):
        execute(tiny("checkpoint_seconds=0"))
    folder = only_run()
    assert read_status(folder)["status"] == "interrupted"
    told = f"interrupted after epoch 1; what is done is kept. Go on with:\n  cnnlab resume {folder.path}"
    assert told in capsys.readouterr().out


def test_failed_run_keeps_its_traceback_and_is_tried_again():
    message = r"failed with ValueError: boom\nThe traceback is in outputs/runs/.*/error\.txt"
    with pytest.raises(RunError, match=message), stopped_after(1, ValueError("boom")):
        execute(tiny())
    folder = only_run()
    assert read_status(folder)["error"] == "ValueError: boom"
    assert "in stopped" in (folder.path / "error.txt").read_text()
    assert execute(tiny()).status == "finished"
    assert not (folder.path / "error.txt").exists()


def test_full_disk_is_one_clear_message(monkeypatch):
    def no_space(self, name, state):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(RunFolder, "save_checkpoint", no_space)
    with pytest.raises(
        RunError,
        match=r"outputs/runs/.*: no space left on the disk\. Free some and repeat the command, without rerun=true;",
    ):
        execute(tiny())
