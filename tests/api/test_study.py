"""A study as a program has it."""

import pytest

from cnnlab.api.study import Study, Tuning, opened_study
from cnnlab.base.errors import ConfigError
from cnnlab.comparison import compare_study, write
from tests.comparison.study_maker import write_study
from tests.sweeps.tuning.tuning_maker import written

ARMS = {"optimizer=sgd": [0.70, 0.80, 0.90], "optimizer=adam": [0.75, 0.84, 0.94]}


@pytest.fixture
def study(folder):
    """A study of two arms over three seeds, compared."""
    files = write_study(ARMS)
    write(files, pictures=False)
    return opened_study(files.path.absolute())


def test_files_of_a_study_are_tables(study):
    assert (study.name, study.command) == ("trial", "cnnlab -m optimizer=sgd,adam seed=0,1,2")
    assert study.comparison["mean"].round(2).tolist() == [0.8, 0.84]
    assert study.comparison["arm"].tolist() == [*ARMS]
    assert study.curves.columns[:4].tolist() == ["arm", "seed", "run_id", "epoch"]
    assert len(study.curves) == 6 * 3
    assert [run.id for run in study.runs][:2] == ["trial-arm0-s0", "trial-arm1-s0"]
    assert study.page.is_file()
    assert repr(study) == f"<cnnlab study trial: {study.folder}>"


def test_verdict_is_what_the_terminal_says(study):
    said = compare_study(study._files)
    assert study.verdict == " ".join((said.headline, *said.conclusion))


def test_notebook_shows_verdict_table_and_picture(study):
    assert study.plot().path.name == "test_accuracy.png"
    found = study._repr_html_()
    assert f"<b>{compare_study(study._files).headline}</b>" in found
    assert found.count("<tr>") == 3
    assert "<img src=" in found


def test_names_are_text_in_a_notebook(folder):
    files = write_study({"optimizer=<b>": [0.7, 0.8], "optimizer=adam": [0.9, 0.9]})
    found = Study(files)._repr_html_()
    assert "&lt;b&gt;" in found
    assert "<b>," not in found.replace("<p><b>", "")


def test_tuning_has_trials_and_compares_nothing(folder):
    tuning = opened_study(written(folder)[0].path)
    assert isinstance(tuning, Tuning)
    assert tuning.trials["val_accuracy"].tolist() == [0.7, 0.9, 0.8]
    assert tuning.best == tuning._tuned().tried[1].trial.values
    assert "optimizer.lr" in tuning._repr_html_()
    assert tuning.verdict.startswith("The best of 3 trials")
    with pytest.raises(ConfigError, match=r"^comparison: mine is a tuning, which compares no arms\. Take \.trials, "):
        tuning.comparison  # noqa: B018 - a property
