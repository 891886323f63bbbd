"""Runs abreast, as on a GPU, and runs in processes of their own."""

import os
import signal

import pytest

from cnnlab.cli.main import main
from cnnlab.comparison import compare_study
from cnnlab.outputs.files import RUNS
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.standing import standing
from cnnlab.outputs.study_folder import StudyFolder
from cnnlab.outputs.workers import Workers
from cnnlab.runs.beginning import Beginning
from cnnlab.sweeps.choosing import Choice
from cnnlab.training.engine import training
from tests.conftest import cnnlab
from tests.option_maker import own_option
from tests.runs.trained import equal_results
from tests.sweeps.sweep_maker import TINY

pytestmark = pytest.mark.usefixtures("in_empty_folder")


def test_wrong_number_is_told_before_anything_starts(capsys):
    assert main(["-m", "seed=0,1", "hydra/launcher=process", "hydra.launcher.timeout_minutes=-1"]) == 2
    assert capsys.readouterr().err == "hydra.launcher.timeout_minutes: must be > 0, got -1.0.\n"


def trained_alone(arms, folder):
    """Train arms one after the other in this process, put the runs into another folder; return them by their ids."""
    assert main(["-m", *arms, "hydra/launcher=cnnlab"]) == 0
    return {path.name: RunFolder(path.rename(folder / path.name)) for path in list(RUNS.iterdir())}


def chosen(monkeypatch, workers, reason=None):
    monkeypatch.setattr("cnnlab.sweeps.sweep.choose_here", lambda *_: Choice(workers, reason))


def test_workers_that_were_chosen_are_said_and_kept_and_come_to_the_same_as_one_process(tmp_path, monkeypatch, capsys):
    arms = ("optimizer=adam,sgd,momentum", "ema=0.9", *TINY)
    alone = trained_alone(arms, tmp_path)
    capsys.readouterr()
    chosen(monkeypatch, Workers(2, threads=1), "about 1.6x as fast")
    assert main(["-m", *arms]) == 0
    assert capsys.readouterr().out.splitlines()[1] == "workers  2 at a time, 1 thread each: about 1.6x as fast"
    study = StudyFolder.named("optimizer")
    assert study.read_json("study.json")["workers"] == {"num": 2, "threads": 1, "gpus": []}
    runs = [RunFolder(path) for path in RUNS.iterdir()]
    assert all(equal_results(folder, alone[folder.path.name]) for folder in runs)
    pids = {folder.read_json("status.json")["pid"] for folder in runs}
    assert len(pids) <= 2
    assert os.getpid() not in pids
    assert {row["at_once"] for row in study.read_rows("results.csv")} == {"2"}
    chosen(monkeypatch, Workers(threads=1))
    assert main(["-m", "optimizer=adam,sgd,momentum,nadam", *arms[1:]]) == 0
    made_in = [RunFolder(path).read_environment() for path in RUNS.iterdir()]
    assert [environment["threads"] for environment in made_in] == [1, 1, 1, 1]
    assert sorted(environment.get("num_at_once", 1) for environment in made_in) == [1, 2, 2, 2]
    cautions = compare_study(study).cautions
    assert any(text.startswith("Trained with another share of the machine than most runs") for text in cautions)


PARTS = """
import os, signal
import torch
from torch import nn
from cnnlab.parts import ACTIVATIONS
def killing():
    "Ends the process."
    os.kill(os.getpid(), signal.SIGKILL)
class Dying(nn.ReLU):
    num_steps = 0
    def forward(self, x):
        self.num_steps += self.training and torch.is_grad_enabled()
        if self.num_steps == 3:
            killing()
        return super().forward(x)
def dying():
    "Ends the process in the third step of training."
    return Dying()
def raising():
    "Raises."
    raise RuntimeError("no kernel for this processor")
ACTIVATIONS.update(killing=killing, dying=dying, raising=raising)
"""


@pytest.fixture
def parts(in_empty_folder):
    """Words that add activations under which a run fails."""
    for name in ("killing", "dying", "raising"):
        own_option(f"activation/{name}.yaml", f"name: {name}\n")
    (in_empty_folder / "parts.py").write_text(PARTS)
    return ("--config-dir", "own", "plugins=[parts.py]")


STUDY = """# @package _global_
hydra:
  sweeper:
    arms:
      raising: [activation=raising]
      good: [optimizer=adam]
      diverging: [optimizer.lr=1e30, normalization=none]
      dying: [activation=dying]
      killed: [activation=killing]
      wrong: [optimizer.lr=-1]
      better: [optimizer=sgd]
"""


def test_runs_that_fail_in_every_way_leave_the_others_their_results_and_are_explained(parts, capsys):
    """It raises while it is built, diverges, is killed while it trains or before, is not valid."""
    own_option("experiment/all.yaml", STUDY)
    assert main(["-m", *parts, "experiment=all", "study=all", "hydra/launcher=pool", *TINY]) == 1
    killed = "its process was killed by signal 9 (SIGKILL), maybe because the memory was full."
    trace = next(RUNS.glob("*raising*")) / "error.txt"
    assert capsys.readouterr().err.splitlines()[-12:] == [
        "5 of 7 runs failed:",
        "  failed   raising",
        "           RuntimeError: no kernel for this processor",
        f"           The traceback is in {trace}.",
        "  diverged diverging",
        "           the loss is not finite at step 2 of epoch 1",
        "  failed   dying",
        f"           {killed}",
        "  failed   killed",
        f"           {killed}",
        "  refused  wrong",
        "           optimizer.lr: must be > 0, got -1.",
    ]
    assert "parts.py" in trace.read_text()
    assert trace.read_text().endswith("no kernel for this processor\n")
    results = {result.label: result.arm.runs[0] for result in compare_study(StudyFolder.named("all")).results}
    assert [(name, run.state, run.reason) for name, run in results.items()] == [
        ("raising", "failed", "RuntimeError: no kernel for this processor"),
        ("good", "finished", None),
        ("diverging", "diverged", "the loss is not finite at step 2 of epoch 1"),
        ("dying", "failed", killed),
        ("killed", "failed", killed),
        ("wrong", "refused", "optimizer.lr: must be > 0, got -1."),
        ("better", "finished", None),
    ]


def test_killed_run_ends_the_sweep_in_one_process_and_the_repeat_names_it(parts):
    """The first time it is killed while it tries what the runs take."""
    words = ("-m", *parts, "activation=killing,relu", *TINY)
    assert [cnnlab(*words).returncode for _ in range(2)] == [-signal.SIGKILL] * 2
    done = cnnlab(*words)
    assert done.returncode == -signal.SIGKILL
    died = next(RUNS.glob("*killing*"))
    assert standing(RunFolder(died)) == "died"
    assert done.stdout.splitlines()[1:4] == [
        "  died     activation=killing",
        "           its process ended without a word: it was killed, or the memory was full. Trying again.",
        "           With hydra/launcher=pool the other runs go on beside one that dies.",
    ]


def test_sweep_runs_through_the_cluster_plugin(in_empty_folder):
    pytest.importorskip("hydra_plugins.hydra_submitit_launcher", reason="the extra `slurm` is not installed")
    assert main(["-m", "seed=0,1", "hydra/launcher=submitit_local", *TINY]) == 0
    assert (in_empty_folder / "outputs" / ".submitit").is_dir()
    assert not (in_empty_folder / ".submitit").exists()
    runs = [RunFolder(path) for path in RUNS.iterdir()]
    assert [standing(folder) for folder in runs] == ["finished"] * 2
    assert len({folder.read_json("status.json")["pid"] for folder in runs}) == 2


def abreast_on_the_cpu(monkeypatch):
    monkeypatch.setattr(Beginning, "kind", "gpu")


def test_wrong_number_of_runs_abreast_is_told_before_anything_starts(capsys):
    assert main(["-m", "seed=0,1", "hydra.launcher.abreast=0"]) == 2
    assert capsys.readouterr().err == "hydra.launcher.abreast: must be auto or in 1 to 32, got 0.\n"


def test_runs_abreast_come_to_the_same_as_one_after_the_other(monkeypatch, tmp_path):
    arms = ("optimizer=adam,sgd,momentum", "ema=0.9", *TINY)
    alone = trained_alone(arms, tmp_path)
    abreast_on_the_cpu(monkeypatch)
    assert main(["-m", *arms, "hydra.launcher.abreast=3"]) == 0
    for path in RUNS.iterdir():
        assert equal_results(RunFolder(path), alone[path.name])
        assert RunFolder(path).read_environment()["abreast"] == 3
        assert RunFolder(path).read_json("summary.json")["peak_memory_bytes"] is None
    comparison = compare_study(StudyFolder.named("optimizer"))
    assert all(result.seconds is None for result in comparison.results)
    assert any(text.startswith("Trained beside other runs on one GPU") for text in comparison.cautions)


def test_run_that_fails_abreast_leaves_the_others_alone(monkeypatch, parts, capsys):
    abreast_on_the_cpu(monkeypatch)
    command = ["-m", "activation=relu,raising,tanh", "hydra.launcher.abreast=3", *parts, *TINY]
    assert main(command) == 1
    assert "1 of 3 runs failed" in capsys.readouterr().err
    assert sorted(standing(RunFolder(path)) for path in RUNS.iterdir()) == ["failed", "finished", "finished"]


def test_ctrl_c_lets_runs_abreast_end_their_epochs_and_the_command_goes_on_with_them(monkeypatch, tmp_path, capsys):
    def pressing(*args, **options):
        for record in training(*args, **options):
            if record is not None and record.epoch == 2 and not pressed:
                pressed.append("Ctrl-C")
                os.kill(os.getpid(), signal.SIGINT)
            yield record

    pressed, arms = [], ("optimizer=adam,sgd", "hydra.launcher.abreast=2", *TINY[1:], "epochs=3")
    abreast_on_the_cpu(monkeypatch)
    with monkeypatch.context() as patch:
        patch.setattr("cnnlab.training.learning.training", pressing)
        assert main(["-m", *arms]) == 130
    assert capsys.readouterr().out.count("stopping after this epoch; press Ctrl-C again to stop at once") == 1
    assert [RunFolder(path).load_checkpoint("last.pt")["epoch"] for path in RUNS.iterdir()] == [2, 2]
    assert main(["-m", *arms]) == 0
    cut = {path.name: RunFolder(path.rename(tmp_path / path.name)) for path in list(RUNS.iterdir())}
    assert main(["-m", *arms]) == 0
    for path in RUNS.iterdir():
        assert equal_results(RunFolder(path), cut[path.name])


def test_runs_that_lose_their_device_are_tried_again_in_processes_of_their_own(monkeypatch, tmp_path, capsys):
    def lost(*_, **__):
        raise RuntimeError("CUDA error: an illegal memory access was encountered")

    arms = ("optimizer=adam,sgd", *TINY)
    alone = trained_alone(arms, tmp_path)
    abreast_on_the_cpu(monkeypatch)
    monkeypatch.setattr("cnnlab.training.learning.training", lost)  # here; the processes know nothing of it
    assert main(["-m", *arms, "hydra.launcher.abreast=2"]) == 0
    assert "the GPU was lost to this process; 2 runs are tried again" in capsys.readouterr().out
    runs = [RunFolder(path) for path in RUNS.iterdir()]
    assert all(equal_results(folder, alone[folder.path.name]) for folder in runs)
    assert len({run.read_json("status.json")["pid"] for run in runs}) == 2
