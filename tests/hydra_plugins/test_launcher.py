"""Runs in processes of their own: `hydra/launcher=process`."""

import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from cnnlab.base.errors import ConfigError
from cnnlab.cli.main import main
from cnnlab.comparison import compare_study
from cnnlab.outputs.files import RUNS
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.standing import standing
from cnnlab.outputs.study_folder import StudyFolder
from cnnlab.runs.outcome import Outcome
from cnnlab.sweeps import processes
from cnnlab.sweeps.processes import Processes, Task
from tests.conftest import cnnlab

pytestmark = pytest.mark.usefixtures("in_empty_folder")

# What stands in for a worker: does what the "configuration" says, and answers.
WORKER = """
import json, os, signal, sys, threading, time
task = json.loads(sys.stdin.readline())
def stop():
    os.read(0, 1)
    print("stopped", file=sys.stderr)
    os._exit(130)
threading.Thread(target=stop, daemon=True).start()
plain = task["plain"]
if "kill" in plain: os.kill(os.getpid(), plain["kill"])
if "say" in plain: sys.exit(plain["say"])
time.sleep(plain.get("sleep", 0))
names = ("OMP_NUM_THREADS", "CUDA_VISIBLE_DEVICES")
reason = " ".join([*task["overrides"], *(f"{name}={os.environ.get(name)}" for name in names)])
print(json.dumps({"code": 0, "reason": reason, "is_busy": False}))
"""


@pytest.fixture(autouse=True)
def _worker(monkeypatch):
    monkeypatch.setattr(processes, "_WORKER", ("-c", WORKER))
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)


def run(plains, **options):
    given = {"n_jobs": 2, "threads": 1, "gpus": (), "timeout_minutes": None} | options
    return Processes(**given).run(plains, lambda plain: Task(plain, ("seed=0",)))


def test_outcomes_come_back_in_order():
    outcomes = run([{"sleep": 0.3}, {"say": "no"}, {}])
    assert [outcome.code for outcome in outcomes] == [0, 1, 0]


def test_overrides_and_threads_reach_the_process():
    assert run([{}], threads=3) == [Outcome(0, "seed=0 OMP_NUM_THREADS=3 CUDA_VISIBLE_DEVICES=None")]


def test_cores_are_divided_among_the_processes(monkeypatch):
    monkeypatch.setattr(processes, "_num_cores", lambda: 8)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    assert Processes(n_jobs=3, threads=None, gpus=(), timeout_minutes=None).threads == 2
    assert Processes(n_jobs=None, threads=None, gpus=(), timeout_minutes=None).n_jobs == 8
    assert Processes(n_jobs=99, threads=None, gpus=(), timeout_minutes=None).threads == 1


def test_gpus_are_handed_out_and_come_back():
    outcomes = run([{"sleep": 0.2}] * 4, n_jobs=None, gpus=(3, 1))
    assert sorted(outcome.reason[-1] for outcome in outcomes) == ["1", "1", "3", "3"]


def test_killed_process_is_one_failed_run():
    killed, fine = run([{"kill": int(signal.SIGKILL)}, {}])
    assert killed == Outcome(1, "its process was killed by signal 9 (SIGKILL), maybe because the memory was full.")
    assert fine.code == 0


def test_crash_is_told_with_its_signal():
    (outcome,) = run([{"kill": int(signal.SIGSEGV)}])
    assert outcome.reason == "its process was killed by signal 11 (SIGSEGV)."


def test_process_that_ends_without_an_answer_is_told_with_its_last_line():
    (outcome,) = run([{"say": "some words\nno such driver"}])
    assert outcome == Outcome(1, "its process ended with code 1: no such driver")


def test_process_that_takes_too_long_is_stopped():
    late, fine = run([{"sleep": 60}, {}], timeout_minutes=0.05)
    assert fine.code == 0
    assert late.code == 1
    assert late.reason.startswith("stopped after 0.05")
    assert late.reason.endswith(" min (hydra.launcher.timeout_minutes). Repeat the sweep to go on with it.")


def test_process_that_does_not_stop_is_killed(monkeypatch):
    monkeypatch.setattr(processes, "_GRACE", 0.1)
    monkeypatch.setattr(processes, "_WORKER", ("-c", "import time; time.sleep(60)"))
    (outcome,) = run([{}], timeout_minutes=0.001)
    assert outcome.reason.startswith("stopped after 0.00")


@pytest.mark.parametrize("key", ["n_jobs", "threads", "timeout_minutes"])
@pytest.mark.parametrize("value", [0, -1])
def test_numbers_have_to_be_positive(key, value):
    with pytest.raises(ConfigError, match=rf"hydra\.launcher\.{key}: must be > 0, got {value}\."):
        run([{}], **{key: value})


def test_wrong_number_is_told_before_anything_starts(capsys):
    assert main(["-m", "seed=0,1", "hydra/launcher=process", "hydra.launcher.timeout_minutes=-1"]) == 2
    assert capsys.readouterr().err == "hydra.launcher.timeout_minutes: must be > 0, got -1.0.\n"


def test_threads_that_the_user_grants_are_not_exceeded(monkeypatch):
    monkeypatch.setattr(processes, "_num_cores", lambda: 8)
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert Processes(n_jobs=2, threads=None, gpus=(), timeout_minutes=None).threads == 3
    assert Processes(n_jobs=4, threads=None, gpus=(), timeout_minutes=None).threads == 2


@pytest.fixture
def _ctrl_c_counts():
    """Take SIGINT as a shell in front of a user does; a command in the background ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("_ctrl_c_counts")
def test_ctrl_c_stops_every_process_once_and_waits_for_it(capsys):
    main = threading.main_thread().ident
    threading.Timer(1.0, lambda: signal.pthread_kill(main, signal.SIGINT)).start()
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt, match=r"^$"):
        run([{"sleep": 60}] * 3)
    assert time.monotonic() - began < 30
    assert capsys.readouterr().out == "stopping after the epochs that are running; press Ctrl-C again to stop at once\n"


TINY = ("epochs=1", "model.width=0.05", "plots=false", "device=cpu")


def test_sweep_trains_in_processes(in_empty_folder):
    done = cnnlab("-m", "seed=0,1", "hydra/launcher=process", *TINY)
    assert done.returncode == 0, done.stderr
    runs = [RunFolder(path) for path in RUNS.iterdir()]
    assert [folder.read_json("status.json")["status"] for folder in runs] == ["finished"] * 2
    assert len({folder.read_json("status.json")["pid"] for folder in runs}) == 2


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
    group = in_empty_folder / "own" / "activation"
    group.mkdir(parents=True)
    for name in ("killing", "dying", "raising"):
        (group / f"{name}.yaml").write_text(f"name: {name}\n")
    (in_empty_folder / "parts.py").write_text(PARTS)
    return ("--config-dir", "own", "plugins=[parts.py]")


@pytest.fixture
def killing(parts):
    """Words of a sweep with a run in which the process is killed."""
    return (*parts, "activation=killing,relu")


STUDY = """# @package _global_
hydra:
  sweeper:
    arms:
      raising: [activation=raising]
      good: [optimizer=adam]
      diverging: [optimizer.lr=1e30, normalization=none]
      dying: [activation=dying]
      wrong: [optimizer.lr=-1]
      better: [optimizer=sgd]
"""


def test_runs_that_fail_in_every_way_leave_the_others_their_results_and_are_explained(parts, in_empty_folder):
    """It raises while it is built, diverges, is killed while it trains, is not valid."""
    study = in_empty_folder / "own" / "experiment" / "all.yaml"
    study.parent.mkdir()
    study.write_text(STUDY)
    done = cnnlab("-m", *parts, "experiment=all", "study=all", "hydra/launcher=process", *TINY)
    assert done.returncode == 1
    killed = "its process was killed by signal 9 (SIGKILL), maybe because the memory was full."
    trace = next(RUNS.glob("*raising*")) / "error.txt"
    assert done.stderr.splitlines()[-10:] == [
        "4 of 6 runs failed:",
        "  failed   raising",
        "           RuntimeError: no kernel for this processor",
        f"           The traceback is in {trace}.",
        "  diverged diverging",
        "           the loss is not finite at step 2 of epoch 1",
        "  failed   dying",
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
        ("wrong", "refused", "optimizer.lr: must be > 0, got -1."),
        ("better", "finished", None),
    ]


def test_killed_run_fails_alone_in_processes(killing):
    done = cnnlab("-m", *killing, "hydra/launcher=process", *TINY)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-3:] == [
        "1 of 2 runs failed:",
        "  failed   activation=killing",
        "           its process was killed by signal 9 (SIGKILL), maybe because the memory was full.",
    ]


def test_killed_run_ends_the_sweep_in_one_process_and_the_repeat_names_it(killing):
    words = ("-m", *killing, *TINY)
    assert cnnlab(*words).returncode == -signal.SIGKILL
    done = cnnlab(*words)
    assert done.returncode == -signal.SIGKILL
    died = next(RUNS.glob("*killing*"))
    assert standing(RunFolder(died)) == "died"
    assert done.stdout.splitlines()[1:4] == [
        "  died     activation=killing",
        "           its process ended without a word: it was killed, or the memory was full. Trying again.",
        "           With hydra/launcher=process the other runs go on beside one that dies.",
    ]


def test_worker_stops_when_the_sweep_is_gone(in_empty_folder):
    command = [sys.executable, "-c", "import sys; from cnnlab.cli.main import main; sys.exit(main(sys.argv[1:]))"]
    words = ["-m", "seed=0", "hydra/launcher=process", *TINY, "epochs=100000"]
    words.remove("epochs=1")
    sweep = subprocess.Popen([*command, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    status = wait_for(lambda: next((s for s in map(read_status, RUNS.glob("*")) if s.get("pid")), None))
    wait_for(lambda: next(RUNS.glob("*/metrics.csv"), None))
    sweep.kill()
    sweep.wait()
    (folder,) = RUNS.glob("*")
    wait_for(lambda: read_status(folder)["status"] == "interrupted")
    with pytest.raises(ProcessLookupError, match="No such process"):
        wait_for(lambda: os.kill(status["pid"], 0))


def read_status(path):
    return RunFolder(path).read_json("status.json")


def wait_for(look, seconds=60):
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)
    return found


def test_two_sweeps_that_overlap_train_each_run_once_and_both_end_with_all(in_empty_folder):
    script = "import sys; from cnnlab.cli.main import main; sys.exit(main(sys.argv[1:]))"
    grids = (["optimizer=sgd,adam", "study=one"], ["optimizer=adam,sgd", "study=two"])
    words = ("-m", "seed=0,1", "epochs=8", *TINY[1:])
    started = [
        subprocess.Popen([sys.executable, "-c", script, *words, *grid], stdout=subprocess.PIPE, text=True)
        for grid in grids
    ]
    outputs = [process.communicate(timeout=200)[0] for process in started]
    assert [process.returncode for process in started] == [0, 0]
    assert all("4/4 finished" in output for output in outputs)
    logs = [(path / "train.log").read_text() for path in RUNS.iterdir()]
    assert [log.count("epoch 1/8") for log in logs] == [1] * 4


def test_sweep_runs_through_the_cluster_plugin(in_empty_folder):
    pytest.importorskip("hydra_plugins.hydra_submitit_launcher", reason="the extra `slurm` is not installed")
    done = cnnlab("-m", "seed=0,1", "hydra/launcher=submitit_local", *TINY)
    assert done.returncode == 0, done.stderr
    assert (in_empty_folder / "outputs" / ".submitit").is_dir()
    assert not (in_empty_folder / ".submitit").exists()
    runs = [RunFolder(path) for path in RUNS.iterdir()]
    assert [standing(folder) for folder in runs] == ["finished"] * 2
    assert len({folder.read_json("status.json")["pid"] for folder in runs}) == 2
