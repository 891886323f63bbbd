"""What came of a tuning, read back from its files."""

import pytest

from cnnlab.base.errors import RunError
from cnnlab.sweeps.tuning.tuned import is_tuned, read_tuned
from tests.sweeps.tuning.tuning_maker import COMMAND, written


def test_tuning_is_read_back_as_it_was_written(tmp_path):
    study, one = written(tmp_path)
    tuned = read_tuned(study)
    assert is_tuned(study)
    assert (tuned.space, tuned.sampler, tuned.command) == (one.space, "tpe", COMMAND)
    assert [tried.trial for tried in tuned.tried] == one.asked
    assert [tried.accuracy for tried in tuned.finished] == [0.9, 0.8, 0.7]
    assert tuned.best.trial.number == 1
    assert [(run.seed, run.accuracy) for run in tuned.fresh] == [("5", pytest.approx(0.7)), ("6", pytest.approx(0.8))]
    assert tuned.tested.mean == pytest.approx(0.75)


def test_refused_trial_has_no_result(tmp_path):
    tuned = read_tuned(written(tmp_path, accuracies=(0.7, None), fresh=())[0])
    assert [tried.status for tried in tuned.tried] == ["finished", "refused"]
    assert tuned.tested is None


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("tuning.json", "{"),
        ("tuning.json", '{"space": ["lr=log(1"], "seed": 4}'),
        ("trials.csv", "number\n1\n"),
        ("trials.csv", "trial\nx\n"),
    ],
)
def test_damaged_file_is_told_with_what_to_do(name, text, tmp_path):
    study = written(tmp_path)[0]
    (study.path / name).write_text(text)
    with pytest.raises(RunError, match=r"tuning\.json or trials\.csv is damaged\. Repeat the command; what is "):
        read_tuned(study)
