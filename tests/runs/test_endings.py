import errno
import signal

import pytest

from cnnlab.base.errors import RunError
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.status import read_status
from cnnlab.runs.endings import StopSignal, recorded
from cnnlab.runs.run import execute
from tests.conftest import interrupted_after, stopped_after, tiny
from tests.runs.trained import only_run

pytestmark = pytest.mark.usefixtures("in_empty_folder")


def test_first_signal_stops_at_once_where_nothing_would_be_lost():
    with StopSignal(lambda: True, print), pytest.raises(KeyboardInterrupt, match=r"^$"):
        signal.raise_signal(signal.SIGINT)


@pytest.mark.parametrize("which", [signal.SIGINT, signal.SIGTERM])
def test_signal_waits_for_the_epoch_where_something_would_be_lost(which):
    said = []
    with StopSignal(lambda: False, said.append) as stop:
        signal.raise_signal(which)
        assert stop.is_wanted
        assert said == ["stopping after this epoch; press Ctrl-C again to stop at once"]
        with pytest.raises(KeyboardInterrupt, match=r"^$"):
            signal.raise_signal(signal.SIGINT)


def test_signals_are_given_back_at_the_end():
    before = signal.getsignal(signal.SIGINT)
    with StopSignal(lambda: True, print):
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before


def test_run_whose_output_no_one_reads_any_more_counts_as_interrupted(tmp_path):
    folder = RunFolder(tmp_path / "run")
    with pytest.raises(SystemExit, match=r"^1$"), recorded(folder, lambda: 3, print):
        raise SystemExit(1)
    assert read_status(folder)["status"] == "interrupted"


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
