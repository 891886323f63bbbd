import pytest

from cnnlab.outputs.limits import MOST_SEEDS
from cnnlab.outputs.study_folder import StudyFolder


@pytest.mark.parametrize(("most", "is_plan"), [(MOST_SEEDS, True), (MOST_SEEDS + 1, False)])
def test_plan_of_more_seeds_than_any_study_has_is_none(most, is_plan, tmp_path):
    study = StudyFolder(tmp_path)
    study.write_json("study.json", {"study": "s", "command": "cnnlab -m", "plan": {"looks": [2, most]}})
    assert (study.read_study().plan is not None) is is_plan
