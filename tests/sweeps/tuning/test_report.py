"""The files of a tuning while it goes on, and what is shown at its end."""

from cnnlab.sweeps import pacing
from cnnlab.sweeps.tuning.report import TuningReport
from cnnlab.sweeps.tuning.tuned import read_tuned
from tests.sweeps.tuning.tuning_maker import written


def test_trials_are_written_before_they_run_and_as_they_end(tmp_path):
    study, one = written(tmp_path)
    report = TuningReport(one, "tpe", None, study, lambda: study.read_grid()[:3])
    for write in (report.get_ready, report.refresh):
        (study.path / "trials.csv").unlink()
        write()
        assert [tried.accuracy for tried in read_tuned(study).tried] == [0.7, 0.9, 0.8]


def test_page_is_written_while_trials_go_on_but_not_again_and_again(tmp_path, monkeypatch):
    study, one = written(tmp_path)
    report = TuningReport(one, "tpe", None, study, study.read_grid)
    report.refresh()
    assert not (study.path / "report.html").exists()
    monkeypatch.setattr(pacing, "PAUSE", 0.0)
    report.refresh()
    assert "The best of 3 trials on validation is trial 1" in (study.path / "report.html").read_text()


def test_end_is_shown_and_no_arms_are_compared(tmp_path, capsys):
    study, one = written(tmp_path)
    assert TuningReport(one, "tpe", None, study, study.read_grid).show([], pictures=False) == 0
    assert "The best of 3 trials on validation is trial 1" in capsys.readouterr().out
    assert not (study.path / "comparison.csv").exists()
