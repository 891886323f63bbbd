"""fair.json and untuned.csv: written, read back, and left alone where they are damaged."""

import json

import pytest

from cnnlab.outputs.fair_tuning import FairTuning, TunedArm, read_fair, read_untuned, write_fair
from cnnlab.outputs.study_folder import GridRow, StudyFolder

ARM = TunedArm(
    "optimizer=sgd", {"optimizer.lr": "0.9"}, {"optimizer.lr": "log(0.001,1)"}, ("optimizer.momentum",),
    {"finished": 2, "diverged": 1}, 3, 0.9,
)  # fmt: skip
TUNING = FairTuning(("optimizer.lr=log(0.001,1)",), 3, "tpe", 10_000, (ARM, TunedArm("optimizer=adam")))
ROWS = [GridRow("optimizer=sgd", "0", "a-run", "optimizer=sgd seed=0")]


@pytest.fixture
def study(tmp_path):
    return StudyFolder(tmp_path / "outputs" / "mine")


def test_what_is_written_is_read_back(study):
    write_fair(study, TUNING, ROWS)
    read = read_fair(study)
    assert (read.trials, read.sampler, read.seed, list(read.space)) == (3, "tpe", 10_000, list(TUNING.space))
    assert [(arm.arm, arm.is_tuned) for arm in read.arms] == [("optimizer=sgd", True), ("optimizer=adam", False)]
    assert (read.arms[0].values, read.arms[0].edges, read.arms[0].ended) == (ARM.values, ARM.edges, ARM.ended)
    assert read_untuned(study) == ROWS


def test_study_that_was_not_tuned_has_none(study):
    assert read_fair(study) is None
    assert read_untuned(study) == []


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"arms": 3}', '{"arms": [1]}', '{"arms": [{}]}', '{"arms": [], "other": 1}']
)
def test_damaged_file_is_as_if_it_were_not_there(study, text):
    write_fair(study, TUNING, ROWS)
    (study.path / "fair.json").write_text(text)
    assert read_fair(study) is None


@pytest.mark.parametrize(("key", "value"), [("values", 3), ("ended", [1]), ("edges", None), ("without", 7), ("arm", 1)])
def test_arm_of_another_kind_is_damage_too(study, key, value):
    write_fair(study, TUNING, ROWS)
    plain = json.loads((study.path / "fair.json").read_text())
    plain["arms"][0][key] = value
    (study.path / "fair.json").write_text(json.dumps(plain))
    assert read_fair(study) is None


def test_damaged_rows_are_left_out(study):
    write_fair(study, TUNING, ROWS)
    (study.path / "untuned.csv").write_text("a,b\n1,2\n")
    assert read_untuned(study) == []
