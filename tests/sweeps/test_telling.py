from contextlib import nullcontext

import pytest

from cnnlab.base.errors import RunError
from cnnlab.outputs.status import read_status
from cnnlab.outputs.study_folder import StudyFolder
from cnnlab.sweeps.telling import begun_lines, going_on


def test_runs_that_are_done_and_those_that_died_are_said():
    assert list(begun_lines("depth", 3, num_before=1, died=["deep seed=0"])) == [
        "sweep    depth: 3 runs, 1 done before",
        "  died     deep seed=0\n           its process ended without a word: it was killed, or the memory was full. "
        "Trying again.",
        "           With hydra/launcher=pool the other runs go on beside one that dies.",
    ]


@pytest.mark.parametrize(
    ("error", "ended"), [(None, "finished"), (KeyboardInterrupt(), "interrupted"), (RunError("no"), "failed")]
)
def test_study_says_that_a_sweep_is_at_it_and_how_that_ended(error, ended, tmp_path):
    study = StudyFolder(tmp_path / "mine")
    with pytest.raises(type(error), match=f"^{error}$") if error else nullcontext(), going_on(study):
        assert read_status(study)["status"] == "running"
        if error:
            raise error
    assert read_status(study)["status"] == ended
