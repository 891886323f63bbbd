import re
import shlex

import pytest

from cnnlab.base.errors import ConfigError
from cnnlab.base.stopping import Stop
from cnnlab.cli.commands import resume
from cnnlab.cli.main import main as cnnlab_main
from cnnlab.config.identity import run_id
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.runs.run import execute
from tests.conftest import cnnlab, tiny
from tests.runs.trained import equal_results, interrupted

pytestmark = pytest.mark.usefixtures("in_empty_folder")


def main(words):
    return resume.main(words, Stop())


def test_interrupted_run_goes_on_from_its_checkpoint(capsys):
    folder = interrupted()
    assert main([str(folder.path)]) == 0
    assert "resumed  after epoch 1" in capsys.readouterr().out
    resumed = RunFolder(folder.path.rename("resumed"))
    assert equal_results(resumed, execute(tiny("epochs=3")).folder)


@pytest.mark.parametrize("is_finished", [False, True])
def test_rerun_goes_on_too_and_is_not_repeated(capsys, is_finished):
    folder = interrupted("rerun=true")
    config = folder.read_config()
    assert config["rerun"] is False
    folder.write_config(config | {"rerun": True}, [])  # as an earlier version saved it
    if is_finished:
        assert main([folder.run_id]) == 0
        folder.write_config(config | {"rerun": True}, [])
        capsys.readouterr()
    assert main([folder.run_id]) == 0
    out = capsys.readouterr().out
    assert ("finished before; nothing was trained" if is_finished else "resumed  after epoch 1") in out


def test_console_script_resumes_a_run():
    folder = interrupted()
    done = cnnlab("resume", folder.run_id)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1].startswith("open     outputs/runs/")


def test_finished_run_is_not_trained_again(capsys):
    folder = execute(tiny()).folder
    assert main([folder.run_id]) == 0
    assert "finished before; nothing was trained (rerun=true trains again)" in capsys.readouterr().out


def test_run_whose_data_changed_is_refused():
    folder = interrupted()
    moved = RunFolder(folder.path.rename(folder.path.with_name("cnn6-batch-relu-adam-s0-0000000000")))
    with pytest.raises(ConfigError, match=r"run: the data of cnn6-\S+ has changed, or its folder has been renamed: "):
        main([moved.run_id])


def test_run_of_an_older_schema_is_refused_with_the_command_that_trains_it_anew():
    folder = interrupted()
    folder.write_config(folder.read_config(), ["optimizer=adam", "epochs=3"])
    folder.write_environment({key: value for key, value in folder.read_environment().items() if key != "schema"})
    message = (
        r"run: cnn6-\S+ is of another version of cnnlab, whose results are not this one's \(schema 1, now 6\)\. "
        r"Train anew: cnnlab train optimizer=adam epochs=3$"
    )
    with pytest.raises(ConfigError, match=message):
        main([folder.run_id])


def test_run_with_plugins_goes_on_as_the_refusal_says(tmp_path):
    plugin = tmp_path / "Ann's.py"
    plugin.write_text("x = 1")
    folder = interrupted(f'plugins=["{plugin}"]')
    message = r"--plugins: the run was trained with plugins, which are code\. Name them: (--plugins .*)"
    with pytest.raises(ConfigError, match=message) as raised:
        main([folder.run_id])
    assert main([folder.run_id, *shlex.split(re.search(message, str(raised.value))[1])]) == 0


def test_damaged_summary_is_told_in_one_message(capsys):
    finished = execute(tiny("epochs=1")).folder
    (finished.path / "summary.json").write_text("[]")
    assert cnnlab_main(["resume", finished.run_id]) == 1
    assert capsys.readouterr().err.count("\n") == 1


CONSTANT = ("scheduler=constant", "keep=last", "ema=0.9", "augmentation=horizontal_flip")


@pytest.mark.parametrize("is_finished", [True, False])
def test_run_goes_on_to_more_epochs_as_the_run_of_so_many(is_finished, capsys):
    folder = execute(tiny(*CONSTANT)).folder if is_finished else interrupted(*CONSTANT)
    assert main([folder.run_id, "epochs=4"]) == 0
    assert f"resumed  after epoch {2 if is_finished else 1}" in capsys.readouterr().out
    longer = RunFolder(folder.path.parent / run_id(tiny(*CONSTANT, "epochs=4")))
    assert longer.read_overrides() == ["epochs=4"]
    moved = RunFolder(longer.path.rename("longer"))
    assert equal_results(moved, execute(tiny(*CONSTANT, "epochs=4")).folder)


def test_run_of_as_many_epochs_as_it_had_is_the_run_itself(capsys):
    folder = execute(tiny()).folder
    assert main([folder.run_id, "epochs=2"]) == 0
    assert "finished before; nothing was trained" in capsys.readouterr().out


TIMED = (
    r"its schedule, cosine, falls towards the last epoch, so a run of 9 begins differently\. "
    r"These can go on: constant, step, exponential, plateau\. Train anew: cnnlab train epochs=9$"
)
GONE = r"its last checkpoint is gone, since it was trained without keep=last\. Train anew: cnnlab train epochs=9$"
FEWER = r"^resume: cnn6-\S+ cannot go on to 1 epoch: it was trained for 2 already\. Train anew: "
GROWS = r"progressive_freezing depends on how long training takes, so a run of 9 begins differently\. Train anew: "
GROWING = ("keep=last", "scheduler=constant", "progressive_freezing=0.5")
BEYOND = [
    (("keep=last",), "9", TIMED), (GROWING, "9", GROWS), (("scheduler=constant",), "9", GONE), (CONSTANT, "1", FEWER),
]  # fmt: skip


@pytest.mark.parametrize(("options", "epochs", "message"), BEYOND)
def test_run_that_cannot_go_on_says_why_and_how_to_train_anew(options, epochs, message):
    folder = execute(tiny(*options)).folder
    with pytest.raises(ConfigError, match=message):
        main([folder.run_id, f"epochs={epochs}"])
    assert len(list(folder.path.parent.iterdir())) == 1


WORDS = [
    ("epochs=many", r"^epochs: must be a whole number, got 'many'"),
    (
        "lr=0.1",
        r"^resume: goes on as the run was configured, and takes epochs=N alone, got lr=0\.1\. For another run: ",
    ),
]


@pytest.mark.parametrize(("word", "message"), WORDS)
def test_only_epochs_can_be_changed(word, message):
    folder = interrupted(*CONSTANT)
    with pytest.raises(ConfigError, match=message):
        main([folder.run_id, word])
