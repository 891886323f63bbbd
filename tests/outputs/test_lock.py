import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cnnlab.base.errors import RunError
from cnnlab.outputs.lock import disk_errors, held
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.status import write_status


def test_run_is_held_by_one_process_at_a_time(tmp_path):
    folder = RunFolder(tmp_path / "run")
    write_status(folder, "running")
    script = (
        "import sys; from pathlib import Path; from cnnlab.outputs.lock import held; "
        "from cnnlab.outputs.run_folder import RunFolder\n"
        "with held(RunFolder(Path(sys.argv[1]))): pass"
    )
    command = [sys.executable, "-c", script, str(folder.path)]
    with held(folder):
        other = subprocess.run(command, capture_output=True, text=True)
    assert f"run: is being trained by process {os.getpid()} on " in other.stderr
    assert subprocess.run(command, capture_output=True).returncode == 0


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_full_disk_is_told_in_one_message(tmp_path, number):
    with (
        pytest.raises(
            RunError, match=r"run: no space left on the disk\. Free some and repeat the command, without rerun=true;"
        ),
        disk_errors(tmp_path / "run"),
    ):
        raise OSError(number, "no room")


def test_folder_that_cannot_be_written_is_told_in_one_message(tmp_path):
    (tmp_path / "outputs").write_text("a file in the way")
    message = r"cannot be written \(Not a directory\)\. Work in a writable folder"
    with pytest.raises(RunError, match=message), held(RunFolder(tmp_path / "outputs" / "run")):
        pass


@pytest.mark.parametrize(
    ("path", "reason"),
    [("a_file", "File exists"), ("a_file/run", "Not a directory"), ("/proc/foo", "No such file or directory")],
)
def test_place_where_no_folder_can_be_is_told_in_one_message(tmp_path, monkeypatch, path, reason):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a_file").write_text("in the way")
    with pytest.raises(RunError, match=rf"^{path}: cannot be written \({reason}\)\. "), held(RunFolder(Path(path))):
        pass


def test_holder_that_has_written_nothing_yet_is_no_question_mark(tmp_path):
    folder = RunFolder(tmp_path / "run")
    message = r"^run: is being trained by another process\. Nothing was done here\.$"
    with held(folder), pytest.raises(RunError, match=message), held(folder):
        pass


def test_other_errors_of_the_system_go_on(tmp_path):
    with pytest.raises(OSError, match="bad sector"), disk_errors(tmp_path):
        raise OSError(errno.EIO, "bad sector")
