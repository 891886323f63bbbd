"""Which runs can go on to more epochs, and how they begin; that they end with the same bits is seen in test_resume."""

import pytest

from cnnlab.base.errors import ConfigError
from cnnlab.outputs.files import RUNS
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.status import write_status
from cnnlab.runs.extending import extend, problem_of_extending, with_epochs
from tests.conftest import tiny, tiny_transfer

pytestmark = pytest.mark.usefixtures("in_empty_folder")


def kept(name, text="state"):
    folder = RunFolder(RUNS / name)
    folder.checkpoints.mkdir(parents=True)
    for file in ("env.json", "metrics.csv", "gradients.csv", "checkpoints/last.pt"):
        (folder.path / file).write_text(text)
    return folder


@pytest.mark.parametrize("scheduler", ["constant", "step", "exponential", "plateau"])
def test_schedules_that_do_not_know_the_end_can_go_on(scheduler):
    assert problem_of_extending(kept("a"), tiny(f"scheduler={scheduler}"), 9) is None


def test_what_is_learnt_at_once_has_no_epochs():
    assert problem_of_extending(kept("a"), tiny_transfer("head=svm"), 9) == "it is not trained in epochs"


def test_epochs_are_a_whole_number():
    assert with_epochs(tiny(), "20").epochs == 20
    with pytest.raises(ConfigError, match=r"^epochs: must be .*, got "):
        with_epochs(tiny(), "-1")


def test_longer_run_begins_with_the_files_of_the_other_unless_it_was_begun():
    folder, longer = kept("a"), RunFolder(RUNS / "b")
    extend(folder, longer)
    assert (longer.checkpoints / "last.pt").read_text() == (longer.path / "metrics.csv").read_text() == "state"
    begun = kept("c", "further")
    extend(folder, begun)
    assert (begun.path / "metrics.csv").read_text() == "further"
    finished = RunFolder(RUNS / "d")
    write_status(finished, "finished")
    extend(folder, finished)
    assert not finished.has_checkpoint("last.pt")
