"""The report of halving: its file is there before the comparison is."""

from cnnlab.outputs.halving_file import read_halved
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
