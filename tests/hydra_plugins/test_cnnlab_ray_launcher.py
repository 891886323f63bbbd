"""Whole sweeps on Ray. What nodes and the sweep do by themselves is tested in `sweeps/cluster`."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf, ValidationError

from cnnlab.cli.hydra_versions import initialize_options
from cnnlab.cli.main import main
from cnnlab.outputs.files import OUTPUTS, RUNS
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.standing import standing
from cnnlab.sweeps.cluster.connection import RayOptions
from tests.conftest import CONF, cnnlab
from tests.option_maker import own_option
from tests.sweeps.cluster.fake_ray import FakeRay, keep_environment
from tests.sweeps.sweep_maker import TINY

pytestmark = pytest.mark.usefixtures("in_empty_folder")
RAY = "hydra/launcher=ray"
PARTS = """
import os, signal
from torch import nn
from cnnlab.parts import ACTIVATIONS
class Dying(nn.ReLU):
    def forward(self, x):
        print("my last words", flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
ACTIVATIONS["dying"] = Dying
"""


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch):
    keep_environment(monkeypatch)


@pytest.fixture
def _ray():
    pytest.importorskip("ray", reason="the extra `ray` is not installed")


def test_wrong_number_is_told_before_anything_starts(capsys):
    assert main(["-m", "seed=0,1", RAY, "hydra.launcher.num_cpus=0"]) == 2
    assert capsys.readouterr().err == "hydra.launcher.num_cpus: must be > 0, got 0.\n"


def test_hydra_knows_the_options_of_the_cluster_and_their_types():
    with initialize_config_dir(str(CONF), **initialize_options()):
        launcher = compose("train", overrides=[RAY], return_hydra_config=True).hydra.launcher
    options = {name: value for name, value in OmegaConf.to_container(launcher).items() if name != "_target_"}
    assert RayOptions(**options) == RayOptions()
    assert launcher._target_ == "hydra_plugins.cnnlab_ray_launcher.RayLauncher"
    launcher.num_cpus = 0.5
    with pytest.raises(ValidationError, match="could not be converted to Float"):
        launcher.num_cpus = "many"


def test_runs_that_are_to_lie_elsewhere_are_refused(capsys):
    assert main(["-m", "seed=0,1", RAY, "outputs=elsewhere"]) == 2
    assert capsys.readouterr().err == (
        "outputs: hydra/launcher=ray writes into outputs/ of the working folder, got 'elsewhere'. Leave it out, and "
        "work in the folder beside it.\n"
    )


def test_without_the_extra_the_command_that_installs_it_is_told(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "ray", None)
    assert main(["-m", "seed=0,1", RAY]) == 2
    command = re.escape(f"{sys.executable} -m pip install 'ray[client]>=2.50'")
    told = rf"hydra/launcher=ray: Ray is not installed \(.*\)\. Install it: {command}\n"
    assert re.fullmatch(told, capsys.readouterr().err)


def test_cluster_that_is_not_there_is_told_once(monkeypatch, capsys):
    def init(**_):
        raise ConnectionError("Could not find any running Ray instance.")

    ray = FakeRay()
    monkeypatch.setattr(ray, "init", init)
    monkeypatch.setitem(sys.modules, "ray", ray)
    assert main(["-m", "seed=0,1", RAY, "hydra.launcher.address=auto", *TINY]) == 2
    assert capsys.readouterr().err == (
        "hydra.launcher.address: cannot reach a Ray cluster at 'auto': Could not find any running Ray instance. "
        "Start one (ray start --head), or leave the address out: then this machine is one.\n"
    )


@pytest.mark.usefixtures("_ray")
def test_runs_on_this_machine_end_as_elsewhere_and_one_that_dies_fails_alone():
    own_option("activation/dying.yaml", "name: dying\n")
    Path("parts.py").write_text(PARTS)
    words = ("-m", "--config-dir", "own", "plugins=[parts.py]", "activation=dying,relu,tanh", *TINY)
    done = cnnlab(*words, RAY, "hydra.launcher.max_retries=1")
    assert done.returncode == 1
    assert re.search(r"^cluster  this machine, \d+ CPUs: \d+ at a time, 1 thread each$", done.stdout, re.MULTILINE)
    trace = next(RUNS.glob("*dying*")) / "error.txt"
    assert done.stderr.splitlines() == [
        "1 of 3 runs failed:",
        "  failed   activation=dying",
        "           its worker or its node died, and it died 1 more times when it was tried again "
        "(hydra.launcher.max_retries).",
        f"           The traceback is in {trace}.",
    ]
    assert trace.read_text().count("my last words") == 2
    assert sorted(standing(RunFolder(path)) for path in RUNS.iterdir()) == ["failed", "finished", "finished"]
    assert {path.name for path in OUTPUTS.iterdir()} == {"runs", "activation"}


@pytest.mark.usefixtures("_ray")
def test_ctrl_c_keeps_what_is_done_and_the_command_goes_on_with_it():
    script = Path(sys.executable).with_name("cnnlab")
    words = [script, "-m", "seed=0", RAY, *TINY[1:], "epochs=100000", "checkpoint_seconds=0"]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, start_new_session=True)
    try:
        while process.poll() is None and not list(RUNS.glob("*/metrics.csv")):
            time.sleep(0.1)
        os.killpg(process.pid, signal.SIGINT)
        said, _ = process.communicate(timeout=120)
    finally:
        process.kill()
    assert process.returncode == 130, said
    assert "stopping after the epochs that are running; press Ctrl-C again to stop at once\n" in said
    (path,) = RUNS.iterdir()
    assert standing(RunFolder(path)) == "interrupted"
    assert RunFolder(path).load_checkpoint("last.pt")["epoch"] == len(RunFolder(path).read_metrics())


def test_environment_of_the_nodes_is_typed_as_other_keys_are():
    with initialize_config_dir(str(CONF), **initialize_options()):
        config = compose("train", [RAY, "hydra.launcher.runtime_env={pip:[a]}"], return_hydra_config=True)
    assert config.hydra.launcher.runtime_env == {"pip": ["a"]}
