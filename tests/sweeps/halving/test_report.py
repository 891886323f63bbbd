"""The report of halving: its file is there before the comparison is."""

from cnnlab.outputs.halving_file import read_halved
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.status import write_status
from cnnlab.outputs.study_folder import GridRow, Study, StudyFolder
from cnnlab.sweeps.halving.report import HalvingReport
from tests.sweeps.halving.halving_maker import halving, led


def test_file_is_written_once_it_is_known_who_is_compared(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    study, halved = StudyFolder.named("mine"), halving(10)
    rows = [GridRow("width=9", "0", "", "width=9 seed=0", "wait")]
    study.write_grid(Study("mine", "cnnlab -m mine"), rows)
    report = HalvingReport(halved, study, lambda: rows)
    led(halved, lambda number: 0.5 + number / 100, rounds=1)
    report.refresh()
    assert read_halved(study) is None
    halved = halving(10)
    led(halved, lambda number: 0.5 + number / 100)
    HalvingReport(halved, study, lambda: rows).refresh()
    assert [arm.fell_after for arm in read_halved(study).arms] == [4] * 5 + [8] * 2 + [None] * 3


def run_with_checkpoint(study, run_id, *, status="finished", **config):
    folder = RunFolder(study.run(run_id).path)
    folder.checkpoints.mkdir(parents=True)
    (folder.checkpoints / "last.pt").touch()
    folder.write_config(config, [])
    write_status(folder, status)
    return folder


def test_last_checkpoints_go_that_were_kept_for_the_next_stage_alone(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    study, halved = StudyFolder.named("mine"), halving(10)
    folders = [
        run_with_checkpoint(study, "width=0 epochs=4 seed=10000", keep="best"),
        run_with_checkpoint(study, "width=1 epochs=4 seed=10000", keep="last"),
        run_with_checkpoint(study, "width=2 epochs=4 seed=10000", keep="best", status="interrupted"),
        run_with_checkpoint(study, "width=9 epochs=4 seed=10000", keep="best"),
    ]
    led(halved, lambda number: 0.5 + number / 100, rounds=1)
    HalvingReport(halved, study, list).refresh()
    assert [folder.has_checkpoint("last.pt") for folder in folders] == [False, True, True, True]
