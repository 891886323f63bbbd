"""halving.json: written, read back, and left alone where it is damaged."""

import pytest

from cnnlab.outputs.halving_file import Halved, HalvedArm, read_halved, write_halved
from cnnlab.outputs.study_folder import StudyFolder

HALVED = Halved(2, 10_000, (4, 8), (HalvedArm("a=1", [0.5, 0.6]), HalvedArm("a=2", [None], 4)))


def test_what_is_written_is_read_back(tmp_path):
    study = StudyFolder(tmp_path)
    assert read_halved(study) is None
    write_halved(study, HALVED)
    assert read_halved(study) == HALVED


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", '{"arms": []}', '{"eta": 2, "seed": 0, "stages": ["x"], "arms": []}',
        '{"eta": 2, "seed": 0, "stages": [1], "arms": [{"arm": 3}]}',
        '{"eta": 2, "seed": 0, "stages": [1], "arms": [{"arm": "a", "accuracies": ["x"]}]}',
        '{"eta": 2, "seed": 0, "stages": [1], "arms": [{"arm": "a", "accuracies": 3}]}',
        '{"eta": 2, "seed": 0, "stages": [1], "arms": [{"arm": "a", "other": 3}]}',
    ],
)  # fmt: skip
def test_damaged_file_is_as_if_it_were_not_there(tmp_path, text):
    (tmp_path / "halving.json").write_text(text)
    assert read_halved(StudyFolder(tmp_path)) is None
