"""The copy of the trials in Optuna's storage."""

import optuna
import pytest

from cnnlab.base.errors import ConfigError
from cnnlab.outputs.study_folder import StudyFolder
from cnnlab.sweeps.tuning.storing import JOURNAL, Storage
from tests.sweeps.tuning.tuning_maker import led, tuning


@pytest.fixture
def ended():
    """Return the trials of a tuning, as Optuna has them."""
    one = tuning(trials=12)
    led(one)
    return one.sampler.trials()


@pytest.fixture(params=["journal", "database"])
def place(request, tmp_path):
    """Return the URL of the copy, and how Optuna opens it."""
    study = StudyFolder(tmp_path / "mine")
    if request.param == "database":
        url = f"sqlite:///{tmp_path}/t.db"
        return study, url, lambda: optuna.load_study(storage=url, study_name="mine")
    backend = optuna.storages.journal.JournalFileBackend
    return (
        study,
        None,
        lambda: optuna.load_study(
            storage=optuna.storages.JournalStorage(backend(str(study.path / JOURNAL))), study_name="mine"
        ),
    )


def test_trials_are_copied_once_as_they_end(ended, place):
    study, url, load = place
    storage = Storage(study, url)
    for until in (5, 5, 12):
        storage.write(ended[:until])
    Storage(study, url).write(ended)  # of a command that was repeated
    found = load().trials
    assert [trial.params for trial in found] == [trial.params for trial in ended]
    assert [trial.value for trial in found] == [trial.value for trial in ended]
    assert [path.name for path in study.path.glob("*")] in ([JOURNAL], [])


def test_study_of_another_is_left_alone(tmp_path):
    url = f"sqlite:///{tmp_path}/t.db"
    optuna.create_study(storage=url, study_name="mine", direction="maximize").set_user_attr("by", "me")
    with pytest.raises(
        ConfigError, match=r"^storage: .* has a study 'mine' that is another's\. Give this one another name"
    ):
        Storage(StudyFolder(tmp_path / "mine"), url)


@pytest.mark.parametrize("url", ["nonsense", "sqlite:////no/such/folder/t.db"])
def test_database_that_cannot_be_opened_is_told(url, tmp_path):
    with pytest.raises(ConfigError, match=rf"^storage: cannot be opened, got {url} \(.*\)\. Write storage=sqlite:///"):
        Storage(StudyFolder(tmp_path / "mine"), url)
