import pytest

from cnnlab.base.errors import RunError
from cnnlab.comparison.arms import read_arms
from cnnlab.comparison.reproduction import (
    COMPATIBLE,
    DIFFERENT,
    IDENTICAL,
    UNKNOWN,
    read_reference,
    reproduced,
    reproduction_lines,
    write_reference,
)
from tests.comparison.study_maker import write_study

pytestmark = pytest.mark.usefixtures("in_empty_folder")
ADAM, SGD = "optimizer=adam", "optimizer=sgd"
THEN = {ADAM: [0.90, 0.92, 0.91], SGD: [0.70, 0.72, 0.71]}


def reference_of(tmp_path, accuracies):
    arms = read_arms(write_study(accuracies))
    write_reference(tmp_path / "then.csv", arms, ["cnnlab -m experiment=mine", "2 cores"])
    return read_reference(tmp_path / "then.csv")


def verdicts(reference, accuracies):
    return {result.arm: result.verdict for result in reproduced(read_arms(write_study(accuracies)), reference)}


def test_results_are_read_as_they_were_written(tmp_path):
    reference = reference_of(tmp_path, THEN)
    assert reference.accuracies == {name: dict(zip("012", values)) for name, values in THEN.items()}
    assert (reference.seeds, len(reference.run_ids)) == (["0", "1", "2"], 6)
    assert reference.about == ["cnnlab -m experiment=mine", "2 cores"]


def test_arms_are_identical_compatible_or_different(tmp_path):
    reference = reference_of(tmp_path, THEN)
    assert verdicts(reference, THEN) == {ADAM: IDENTICAL, SGD: IDENTICAL}
    near = {ADAM: [0.91, 0.91, 0.91], SGD: [0.80, 0.83, 0.81]}
    assert verdicts(reference, near) == {ADAM: COMPATIBLE, SGD: DIFFERENT}


def test_one_seed_can_only_be_identical(tmp_path):
    reference = reference_of(tmp_path, THEN)
    assert verdicts(reference, {ADAM: [0.90], SGD: [0.71]}) == {ADAM: IDENTICAL, SGD: UNKNOWN}
    assert verdicts(reference, {ADAM: [0.90]}) == {ADAM: IDENTICAL, SGD: UNKNOWN}


def test_equal_differences_are_no_proof_where_they_are_one_image(tmp_path):
    """Test sets have 100 images: three times one image more says as much as that, not with certainty."""
    reference = reference_of(tmp_path, THEN)
    assert verdicts(reference, {ADAM: [0.91, 0.93, 0.92], SGD: THEN[SGD]}) == {ADAM: COMPATIBLE, SGD: IDENTICAL}


def test_terminal_shows_then_now_and_where_then_comes_from(tmp_path):
    reference = reference_of(tmp_path, THEN)
    arms = read_arms(write_study({ADAM: [0.91, 0.91, 0.91], SGD: [0.70]}))
    lines = reproduction_lines(reproduced(arms, reference), reference, arms)
    assert [line.split() for line in lines[:3]] == [
        ["arm", "then", "now", "difference", "verdict"],
        ["adam", "91.00", "91.00", "+0.00", "±", "3.58", "compatible"],
        ["sgd", "70.00", "70.00", "+0.00", "identical"],
    ]
    assert lines[4:] == ["1 identical, 1 compatible.", "reference: cnnlab -m experiment=mine", "reference: 2 cores"]
    assert max(map(len, lines)) <= 80


def test_reference_of_other_data_is_told(tmp_path):
    elsewhere = read_arms(write_study(THEN, name="other"))
    (tmp_path / "then.csv").write_text("arm,seed,run_id,test_accuracy\noptimizer=adam,0,adam-s0-0123456789,0.9\n")
    reference = read_reference(tmp_path / "then.csv")
    lines = reproduction_lines(reproduced(elsewhere, reference), reference, elsewhere)
    assert lines[-1] == "None of the runs has an id of the reference: data, settings or schema differ."


@pytest.mark.parametrize("text", ["arm,seed\na,0\n", "arm,seed,run_id,test_accuracy\na,0,b,high\n", "\0"])
def test_damaged_results_are_told_by_name(tmp_path, text):
    (tmp_path / "then.csv").write_text(text)
    with pytest.raises(RunError, match=r"then\.csv: cannot be read as results of a study \(.+\)\. Reinstall cnnlab\."):
        read_reference(tmp_path / "then.csv")
