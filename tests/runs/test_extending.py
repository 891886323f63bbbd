"""Which runs can go on to more epochs, and how they begin; of those that are continued by hand see test_resume."""

import pytest

from cnnlab.base.errors import ConfigError
from cnnlab.base.hashing import FileHashes
from cnnlab.config.identity import run_id
from cnnlab.outputs.files import RUNS
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.status import write_status
from cnnlab.runs.extending import begin_with_stage, can_go_on, could_go_on, extend, problem_of_extending, with_epochs
from cnnlab.runs.run import execute
from tests.conftest import tiny, tiny_transfer
from tests.runs.trained import equal_results

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


@pytest.mark.parametrize(
    ("config", "can", "could"),
    [
        (tiny("scheduler=constant"), True, False),
        (tiny("scheduler=cosine"), False, True),
        (tiny("scheduler=constant", "progressive_freezing=0.5"), False, False),
        (tiny("scheduler=cosine", "progressive_freezing=0.5"), False, False),
        (tiny_transfer("head=svm"), False, False),
    ],
)
def test_run_could_go_on_where_its_schedule_alone_knows_the_end(config, can, could):
    assert (can_go_on(config), could_go_on(config)) == (can, could)


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


STAGES = ("scheduler=constant", "ema=0.9", "augmentation=horizontal_flip", "stages=[1,2,4]")


def test_stage_goes_on_where_the_one_before_ended_with_the_bits_of_training_anew():
    ended = [execute(tiny(*STAGES, f"epochs={epochs}")).folder for epochs in (1, 2, 4)]
    assert [folder.has_checkpoint("last.pt") for folder in ended] == [True, True, False]
    for folder, text in zip(ended[1:], ("resumed  after epoch 1", "resumed  after epoch 2")):
        assert text in folder.log.read_text()
    assert ended[2].read_config().get("stages") is None
    moved = RunFolder(ended[2].path.rename("longer"))
    anew = execute(tiny(*STAGES[:-1], "epochs=4")).folder
    assert "resumed" not in anew.log.read_text()
    assert equal_results(moved, anew)


def finished_stage(**made_in):
    """Leave a run of one epoch that was made so, and return the folder of one of two, and how that is made."""
    stage = kept(run_id(tiny(*STAGES, "epochs=1")))
    stage.write_environment({"schema": 6, "torch": "2", "threads": 1, "host": "there", **made_in})
    write_status(stage, "finished")
    return RunFolder(RUNS / run_id(tiny(*STAGES, "epochs=2"))), {
        "schema": 6,
        "torch": "2",
        "threads": 1,
        "host": "here",
    }


@pytest.mark.parametrize(("made_in", "begins"), [({}, True), ({"threads": 2}, False), ({"torch": "1"}, False)])
def test_stage_begins_anew_where_the_one_before_may_have_other_bits(made_in, begins):
    folder, own = finished_stage(**made_in)
    begin_with_stage(folder, tiny(*STAGES, "epochs=2"), own, hashes=FileHashes())
    assert folder.has_checkpoint("last.pt") == begins


@pytest.mark.parametrize("word", ["scheduler=cosine", "progressive_freezing=0.5"])
def test_stage_that_knows_the_end_begins_anew_and_nothing_is_kept_for_it(word):
    timed = (*STAGES, word)
    ended = [execute(tiny(*timed, f"epochs={epochs}")).folder for epochs in (1, 2)]
    assert not any(folder.has_checkpoint("last.pt") for folder in ended)
    assert "resumed" not in ended[1].log.read_text()


def test_files_of_an_attempt_before_do_not_stay_where_a_stage_is_gone_on_from():
    folder, own = finished_stage()
    folder.path.mkdir(parents=True)
    (folder.path / "error.txt").write_text("of an attempt that failed")
    begin_with_stage(folder, tiny(*STAGES, "epochs=2"), own, hashes=FileHashes())
    assert not folder.error.exists()
