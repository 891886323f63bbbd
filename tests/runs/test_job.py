import pytest

from cnnlab.base.errors import ConfigError
from cnnlab.base.turns import finish
from cnnlab.cli.main import main
from cnnlab.config.run_config import to_plain
from cnnlab.outputs.files import RUNS
from cnnlab.runs.job import run, without_effect
from cnnlab.runs.run_context import RunContext
from cnnlab.training.optimizers import OPTIMIZERS
from tests.conftest import cnnlab, composed, tiny, tiny_transfer
from tests.runs.trained import only_run

pytestmark = pytest.mark.usefixtures("in_empty_folder")


def test_console_script_trains_digits_and_draws_the_pictures(monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "module://not_installed")  # as a notebook of another environment hands it down
    done = cnnlab("train", "optimizer=adam", "activation=relu", "epochs=2", "model.width=0.25")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0].startswith("run      cnn6-batch-relu-adam-s0-")
    assert "data     digits: 1,293 train, 145 validation, 359 test images" in lines
    assert lines[-1] == f"open     {only_run().path}/report.html"
    assert max(map(len, lines)) <= 100


def test_no_command_means_train_and_the_same_again_says_that_it_was_finished_before(capsys):
    command = ("epochs=1", "plots=false", "model.width=0.05")
    assert main(command) == 0
    assert only_run().read_json("status.json")["status"] == "finished"
    capsys.readouterr()
    assert main(["train", *command]) == 0
    again = capsys.readouterr().out
    assert "finished before; nothing was trained (rerun=true trains again)" in again
    assert again.splitlines()[-1].startswith("open     outputs/runs/")


def test_run_that_diverges_fails_with_the_reason(capsys):
    plain = to_plain(tiny("optimizer=sgd", "optimizer.lr=1e30", "normalization=none"))
    assert finish(run(plain, [], context=RunContext())) == 1
    assert "diverged: the loss is not finite at step" in capsys.readouterr().out
    assert finish(run(plain, [], context=RunContext())) == 1
    assert "diverged before: the loss is not finite at step" in capsys.readouterr().out


@pytest.mark.parametrize("optimizer", sorted(OPTIMIZERS.keys() - {"muon"}))  # muon takes minutes on a CPU
def test_optimizer_preset_alone_trains_digits_to_over_90_percent(optimizer):
    epochs = 10 if optimizer == "radam" else 5  # its first steps are small
    typed = (f"optimizer={optimizer}", "model=lenet", f"epochs={epochs}", "plots=false")
    finish(run(composed(*typed), [], context=RunContext()))
    assert only_run().read_json("summary.json")["test"]["accuracy"] > 0.9


def test_plan_tells_how_the_run_stands_and_trains_nothing(capsys):
    assert finish(run(composed("plan=true"), [], context=RunContext())) == 0
    assert capsys.readouterr().out.startswith("to do       outputs/runs/cnn6-batch-relu-adam-s0-")
    assert not RUNS.exists()


def test_part_of_ones_own_comes_from_a_plugin_and_a_config_dir(tmp_path, capsys):
    (tmp_path / "mine.py").write_text(
        "from torch import nn\n"
        "from cnnlab.parts import ACTIVATIONS\n"
        "def swish() -> nn.Module:\n"
        "    return nn.SiLU()\n"
        "ACTIVATIONS['swish'] = swish\n"
    )
    (tmp_path / "my_conf" / "activation").mkdir(parents=True)
    (tmp_path / "my_conf" / "activation" / "swish.yaml").write_text("name: swish\n")
    own = ("--config-dir", "my_conf", "activation=swish")
    done = cnnlab("train", *own, "plugins=[mine.py]", "epochs=1", "plots=false", "model.width=0.05")
    assert (done.returncode, done.stderr) == (0, "")
    assert only_run().run_id.startswith("cnn6-batch-swish-adam-s0-")
    assert main(["train", *own]) == 2  # this process has not loaded it
    assert capsys.readouterr().err.startswith("activation.name: unknown 'swish'. ")


def test_options_of_what_takes_no_part_are_named():
    typed = ["head=knn", "optimizer.lr=0.1", "epochs=3", "seed=1", "augmentation=none"]
    named = ["optimizer.lr=0.1", "epochs=3", "augmentation=none"]
    assert without_effect(tiny_transfer(*typed), typed) == named
    assert without_effect(tiny(), ["optimizer.lr=0.1", "epochs=3"]) == []


def test_outputs_of_a_file_count_for_nothing():
    with pytest.raises(ConfigError, match=r"^outputs: counts on the command line only, got 'x'\. Type it there\.$"):
        finish(run(composed("outputs=x"), [], context=RunContext()))
