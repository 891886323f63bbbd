"""Pictures and pages of the runs of a sweep."""

from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.status import write_status
from cnnlab.sweeps.pictures import draw
from tests.run_maker import write_run


def test_finished_runs_get_pictures_and_a_page_and_others_pictures(tmp_path, capsys):
    finished, diverged = (RunFolder(write_run(tmp_path / name, diverges_at=1)) for name in ("finished", "diverged"))
    finished.write_json("summary.json", {"parameters": 1, "epochs_trained": 1})
    write_status(finished, "finished")
    write_status(diverged, "diverged")
    draw([finished, diverged])
    assert all((run.path / "plots" / "curves.png").is_file() for run in (finished, diverged))
    assert [(run.path / "report.html").is_file() for run in (finished, diverged)] == [True, False]
    assert capsys.readouterr().out == ""  # progress is for terminals
